DROP INDEX `kyc_status_unique`;--> statement-breakpoint
ALTER TABLE `kyc_status` ADD `retracted_at` integer;--> statement-breakpoint
ALTER TABLE `kyc_status` ADD `retracted_by_user_id` text REFERENCES user(id);--> statement-breakpoint
ALTER TABLE `kyc_status` ADD `retraction_reason` text;--> statement-breakpoint
CREATE UNIQUE INDEX `kyc_status_valid` ON `kyc_status` (`customer_id`,`date`,`ok`) WHERE retracted_at is null;