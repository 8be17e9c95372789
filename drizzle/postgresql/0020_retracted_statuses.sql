ALTER TABLE "kyc_status" DROP CONSTRAINT "kyc_status_unique";--> statement-breakpoint
ALTER TABLE "kyc_status" ADD COLUMN "retracted_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "kyc_status" ADD COLUMN "retracted_by_user_id" text collate "C";--> statement-breakpoint
ALTER TABLE "kyc_status" ADD COLUMN "retraction_reason" text collate "C";--> statement-breakpoint
ALTER TABLE "kyc_status" ADD CONSTRAINT "kyc_status_retracted_by_user_id_user_id_fk" FOREIGN KEY ("retracted_by_user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "kyc_status_valid" ON "kyc_status" USING btree ("customer_id","date","ok") WHERE retracted_at is null;