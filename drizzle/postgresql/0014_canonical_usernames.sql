ALTER TABLE "user" ADD COLUMN "canonical_username" text collate "C";--> statement-breakpoint
ALTER TABLE "user" ADD COLUMN "username_conflict" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "user" ADD COLUMN "validated_email" text collate "C";--> statement-breakpoint
ALTER TABLE "user" ADD COLUMN "email_conflict" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "user" ADD CONSTRAINT "user_canonical_username_unique" UNIQUE("canonical_username","provider","username_conflict");--> statement-breakpoint
ALTER TABLE "user" ADD CONSTRAINT "user_validated_email_unique" UNIQUE("validated_email","email_conflict");