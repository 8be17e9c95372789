DROP INDEX "kyc_document_bank_expiry";--> statement-breakpoint
ALTER TABLE "kyc_document" ADD COLUMN "of_closed_customer" boolean DEFAULT false NOT NULL;--> statement-breakpoint
-- An earlier version stored closings.
UPDATE "kyc_document" SET "of_closed_customer" = true WHERE "customer_id" IN (SELECT "id" FROM "customer" WHERE "closed_on" IS NOT NULL);--> statement-breakpoint
UPDATE "kyc_gap" SET "no_satisfied_check_since" = null, "no_valid_document_since" = null, "evidence_retracted_since" = null, "media_missing_since" = null WHERE "customer_id" IN (SELECT "id" FROM "customer" WHERE "closed_on" IS NOT NULL);--> statement-breakpoint
CREATE INDEX "kyc_document_bank_expiry" ON "kyc_document" USING btree ("bank_id","expiry_date","customer_id","id") WHERE retracted_at is null and expiry_date is not null and not of_closed_customer;