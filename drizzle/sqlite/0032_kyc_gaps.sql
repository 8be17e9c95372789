CREATE TABLE `kyc_gap` (
	`customer_id` text PRIMARY KEY NOT NULL,
	`bank_id` text NOT NULL,
	`no_satisfied_check_since` integer,
	`no_valid_document_since` integer,
	`evidence_retracted_since` integer,
	`media_missing_since` integer,
	FOREIGN KEY (`bank_id`,`customer_id`) REFERENCES `customer`(`bank_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
INSERT INTO `kyc_gap` select "customer"."id", "customer"."bank_id", case
  when exists (select 1 from "kyc_check" where (("kyc_check"."customer_id" = "customer"."id" and "kyc_check"."satisfied") and "kyc_check"."retracted_at" is null)) then null
  else coalesce((select max("kyc_check"."retracted_at") from "kyc_check" where ("kyc_check"."customer_id" = "customer"."id" and "kyc_check"."satisfied")), "customer"."created_at")
end, case
  when exists (select 1 from "kyc_document" where (("kyc_document"."customer_id" = "customer"."id" and "kyc_document"."retracted_at" is null) and coalesce("kyc_document"."expiry_date", '9999-12-31') = '9999-12-31')) then null
  else max("customer"."created_at", coalesce((select max(case
  when "kyc_document"."retracted_at" is null or ("kyc_document"."expiry_date" is not null and ((unixepoch("kyc_document"."expiry_date") + 86400) * 1000) < "kyc_document"."retracted_at")
  then ((unixepoch("kyc_document"."expiry_date") + 86400) * 1000) else "kyc_document"."retracted_at"
end) from "kyc_document" where "kyc_document"."customer_id" = "customer"."id"), "customer"."created_at"))
end, (
  select min(retraction.at) from (select "kyc_check"."retracted_at" as at from "kyc_check" where ("kyc_check"."customer_id" = "customer"."id" and "kyc_check"."retracted_at" is not null) union all select "kyc_document"."retracted_at" as at from "kyc_document" where ("kyc_document"."customer_id" = "customer"."id" and "kyc_document"."retracted_at" is not null) union all select "kyc_media"."retracted_at" as at from "kyc_media" where ("kyc_media"."customer_id" = "customer"."id" and "kyc_media"."retracted_at" is not null)) as retraction
  where retraction.at > "customer"."last_ok_date"
), (
  select case when exists (select 1 from "kyc_media" where (("kyc_media"."customer_id" = "kyc_document"."customer_id" and "kyc_media"."relates_to_kyc_document_id" = "kyc_document"."id") and "kyc_media"."retracted_at" is null)) then null else max("kyc_document"."created_at", coalesce((select max("kyc_media"."retracted_at") from "kyc_media" where ("kyc_media"."customer_id" = "kyc_document"."customer_id" and "kyc_media"."relates_to_kyc_document_id" = "kyc_document"."id")), "kyc_document"."created_at")) end
  from "kyc_document" where ("kyc_document"."customer_id" = "customer"."id" and "kyc_document"."retracted_at" is null)
  order by coalesce("kyc_document"."expiry_date", '9999-12-31') desc, exists (select 1 from "kyc_media" where (("kyc_media"."customer_id" = "kyc_document"."customer_id" and "kyc_media"."relates_to_kyc_document_id" = "kyc_document"."id") and "kyc_media"."retracted_at" is null)) desc, "kyc_document"."created_at", "kyc_document"."id" limit 1
) from "customer";--> statement-breakpoint
CREATE INDEX `kyc_gap_no_satisfied_check` ON `kyc_gap` (`bank_id`,`no_satisfied_check_since`,`customer_id`) WHERE no_satisfied_check_since is not null;--> statement-breakpoint
CREATE INDEX `kyc_gap_no_valid_document` ON `kyc_gap` (`bank_id`,`no_valid_document_since`,`customer_id`) WHERE no_valid_document_since is not null;--> statement-breakpoint
CREATE INDEX `kyc_gap_evidence_retracted` ON `kyc_gap` (`bank_id`,`evidence_retracted_since`,`customer_id`) WHERE evidence_retracted_since is not null;--> statement-breakpoint
CREATE INDEX `kyc_gap_media_missing` ON `kyc_gap` (`bank_id`,`media_missing_since`,`customer_id`) WHERE media_missing_since is not null;