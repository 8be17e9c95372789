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
-- The program derives the rows of stored customers later, beside the running server.
CREATE INDEX `kyc_gap_no_satisfied_check` ON `kyc_gap` (`bank_id`,`no_satisfied_check_since`,`customer_id`) WHERE no_satisfied_check_since is not null;--> statement-breakpoint
CREATE INDEX `kyc_gap_no_valid_document` ON `kyc_gap` (`bank_id`,`no_valid_document_since`,`customer_id`) WHERE no_valid_document_since is not null;--> statement-breakpoint
CREATE INDEX `kyc_gap_evidence_retracted` ON `kyc_gap` (`bank_id`,`evidence_retracted_since`,`customer_id`) WHERE evidence_retracted_since is not null;--> statement-breakpoint
CREATE INDEX `kyc_gap_media_missing` ON `kyc_gap` (`bank_id`,`media_missing_since`,`customer_id`) WHERE media_missing_since is not null;