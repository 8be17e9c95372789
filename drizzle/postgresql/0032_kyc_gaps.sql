CREATE TABLE "kyc_gap" (
	"customer_id" text collate "C" PRIMARY KEY NOT NULL,
	"bank_id" text collate "C" NOT NULL,
	"no_satisfied_check_since" timestamp (3) with time zone,
	"no_valid_document_since" timestamp (3) with time zone,
	"evidence_retracted_since" timestamp (3) with time zone,
	"media_missing_since" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "kyc_gap" ADD CONSTRAINT "kyc_gap_bank_id_customer_id_customer_bank_id_id_fk" FOREIGN KEY ("bank_id","customer_id") REFERENCES "public"."customer"("bank_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
-- The program derives the rows of stored customers later, beside the running server.
CREATE INDEX "kyc_gap_no_satisfied_check" ON "kyc_gap" USING btree ("bank_id","no_satisfied_check_since","customer_id") WHERE no_satisfied_check_since is not null;--> statement-breakpoint
CREATE INDEX "kyc_gap_no_valid_document" ON "kyc_gap" USING btree ("bank_id","no_valid_document_since","customer_id") WHERE no_valid_document_since is not null;--> statement-breakpoint
CREATE INDEX "kyc_gap_evidence_retracted" ON "kyc_gap" USING btree ("bank_id","evidence_retracted_since","customer_id") WHERE evidence_retracted_since is not null;--> statement-breakpoint
CREATE INDEX "kyc_gap_media_missing" ON "kyc_gap" USING btree ("bank_id","media_missing_since","customer_id") WHERE media_missing_since is not null;