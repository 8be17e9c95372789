ALTER TABLE "user" ADD COLUMN "token_generation" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "user" ADD COLUMN "latest_token_issued_at" timestamp (3) with time zone;