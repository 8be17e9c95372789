ALTER TABLE "kyc_status_proposal" ADD COLUMN "sent_date" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "kyc_status" ADD COLUMN "sent_date" timestamp (3) with time zone;