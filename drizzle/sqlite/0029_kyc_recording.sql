DROP INDEX `kyc_status_proposal_customer`;--> statement-breakpoint
ALTER TABLE `kyc_status_proposal` ADD `reason` text;--> statement-breakpoint
CREATE INDEX `kyc_status_proposal_bank` ON `kyc_status_proposal` (`bank_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `kyc_status_proposal_bank_state` ON `kyc_status_proposal` (`bank_id`,`state`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `kyc_status_proposal_customer` ON `kyc_status_proposal` (`customer_id`,`created_at`,`id`);--> statement-breakpoint
ALTER TABLE `kyc_check` ADD `recorded_by_user_id` text REFERENCES user(id);--> statement-breakpoint
ALTER TABLE `kyc_document` ADD `recorded_by_user_id` text REFERENCES user(id);--> statement-breakpoint
CREATE INDEX `kyc_document_bank_expiry` ON `kyc_document` (`bank_id`,`expiry_date`,`customer_id`,`id`) WHERE retracted_at is null and expiry_date is not null;--> statement-breakpoint
ALTER TABLE `kyc_media` ADD `recorded_by_user_id` text REFERENCES user(id);--> statement-breakpoint
ALTER TABLE `kyc_media` ADD `sha256` text;--> statement-breakpoint
ALTER TABLE `kyc_media` ADD `content_type` text;--> statement-breakpoint
ALTER TABLE `kyc_media` ADD `bytes` integer;--> statement-breakpoint
ALTER TABLE `kyc_status` ADD `recorded_by_user_id` text REFERENCES user(id);--> statement-breakpoint
ALTER TABLE `kyc_status` ADD `reason` text;--> statement-breakpoint
ALTER TABLE `kyc_status` ADD `proposal_id` text REFERENCES kyc_status_proposal(id);--> statement-breakpoint
CREATE INDEX `kyc_status_proposal_reference` ON `kyc_status` (`proposal_id`) WHERE proposal_id is not null;