ALTER TABLE `kyc_status_proposal` ADD `sent_date` integer;--> statement-breakpoint
ALTER TABLE `kyc_status` ADD `sent_date` integer;