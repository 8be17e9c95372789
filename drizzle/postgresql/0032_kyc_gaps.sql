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
INSERT INTO "kyc_gap" select "customer"."id", "customer"."bank_id", case
  when exists (select 1 from "kyc_check" where (("kyc_check"."customer_id" = "customer"."id" and "kyc_check"."satisfied") and "kyc_check"."retracted_at" is null)) then null
  else coalesce((select max("kyc_check"."retracted_at") from "kyc_check" where ("kyc_check"."customer_id" = "customer"."id" and "kyc_check"."satisfied")), "customer"."created_at")
end, case
  when exists (select 1 from "kyc_document" where (("kyc_document"."customer_id" = "customer"."id" and "kyc_document"."retracted_at" is null) and coalesce("kyc_document"."expiry_date", '9999-12-31') = '9999-12-31')) then null
  else greatest("customer"."created_at", coalesce((select max(case
  when "kyc_document"."retracted_at" is null or ("kyc_document"."expiry_date" is not null and (("kyc_document"."expiry_date" + 1)::timestamp at time zone 'UTC') < "kyc_document"."retracted_at")
  then (("kyc_document"."expiry_date" + 1)::timestamp at time zone 'UTC') else "kyc_document"."retracted_at"
end) from "kyc_document" where "kyc_document"."customer_id" = "customer"."id"), "customer"."created_at"))
end, (
  select min(retraction.at) from (select "kyc_check"."retracted_at" as at from "kyc_check" where ("kyc_check"."customer_id" = "customer"."id" and "kyc_check"."retracted_at" is not null) union all select "kyc_document"."retracted_at" as at from "kyc_document" where ("kyc_document"."customer_id" = "customer"."id" and "kyc_document"."retracted_at" is not null) union all select "kyc_media"."retracted_at" as at from "kyc_media" where ("kyc_media"."customer_id" = "customer"."id" and "kyc_media"."retracted_at" is not null)) as retraction
  where retraction.at > "customer"."last_ok_date"
), (
  select case when exists (select 1 from "kyc_media" where (("kyc_media"."customer_id" = "kyc_document"."customer_id" and "kyc_media"."relates_to_kyc_document_id" = "kyc_document"."id") and "kyc_media"."retracted_at" is null)) then null else greatest("kyc_document"."created_at", coalesce((select max("kyc_media"."retracted_at") from "kyc_media" where ("kyc_media"."customer_id" = "kyc_document"."customer_id" and "kyc_media"."relates_to_kyc_document_id" = "kyc_document"."id")), "kyc_document"."created_at")) end
  from "kyc_document" where ("kyc_document"."customer_id" = "customer"."id" and "kyc_document"."retracted_at" is null)
  order by coalesce("kyc_document"."expiry_date", '9999-12-31') desc, exists (select 1 from "kyc_media" where (("kyc_media"."customer_id" = "kyc_document"."customer_id" and "kyc_media"."relates_to_kyc_document_id" = "kyc_document"."id") and "kyc_media"."retracted_at" is null)) desc, "kyc_document"."created_at", "kyc_document"."id" limit 1
) from "customer";--> statement-breakpoint
CREATE INDEX "kyc_gap_no_satisfied_check" ON "kyc_gap" USING btree ("bank_id","no_satisfied_check_since","customer_id") WHERE no_satisfied_check_since is not null;--> statement-breakpoint
CREATE INDEX "kyc_gap_no_valid_document" ON "kyc_gap" USING btree ("bank_id","no_valid_document_since","customer_id") WHERE no_valid_document_since is not null;--> statement-breakpoint
CREATE INDEX "kyc_gap_evidence_retracted" ON "kyc_gap" USING btree ("bank_id","evidence_retracted_since","customer_id") WHERE evidence_retracted_since is not null;--> statement-breakpoint
CREATE INDEX "kyc_gap_media_missing" ON "kyc_gap" USING btree ("bank_id","media_missing_since","customer_id") WHERE media_missing_since is not null;