CREATE TABLE "review_interval" (
	"bank_id" text collate "C" NOT NULL,
	"attribute_name" text collate "C" NOT NULL,
	"attribute_value" text collate "C" NOT NULL,
	"days" integer NOT NULL,
	CONSTRAINT "review_interval_bank_id_attribute_name_attribute_value_pk" PRIMARY KEY("bank_id","attribute_name","attribute_value")
);
--> statement-breakpoint
ALTER TABLE "customer" ADD COLUMN "kyc_review_date" date;--> statement-breakpoint
ALTER TABLE "customer" ADD COLUMN "kyc_review_due_on" date;--> statement-breakpoint
ALTER TABLE "review_interval" ADD CONSTRAINT "review_interval_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "customer_bank_review" ON "customer" USING btree ("bank_id","kyc_review_due_on","id") WHERE kyc_review_due_on is not null and closed_on is null;