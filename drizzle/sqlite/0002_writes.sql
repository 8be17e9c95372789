CREATE TABLE `idempotency_key` (
	`user_id` text NOT NULL,
	`key` text NOT NULL,
	`field` text NOT NULL,
	`arguments_hash` text NOT NULL,
	`written` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `key`),
	FOREIGN KEY (`user_id`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `idempotency_key_created` ON `idempotency_key` (`created_at`);--> statement-breakpoint
ALTER TABLE `kyc_check` ADD `retracted_at` integer;--> statement-breakpoint
ALTER TABLE `kyc_check` ADD `retracted_by_user_id` text REFERENCES user(id);--> statement-breakpoint
ALTER TABLE `kyc_check` ADD `retraction_reason` text;--> statement-breakpoint
ALTER TABLE `kyc_document` ADD `retracted_at` integer;--> statement-breakpoint
ALTER TABLE `kyc_document` ADD `retracted_by_user_id` text REFERENCES user(id);--> statement-breakpoint
ALTER TABLE `kyc_document` ADD `retraction_reason` text;--> statement-breakpoint
ALTER TABLE `kyc_media` ADD `retracted_at` integer;--> statement-breakpoint
ALTER TABLE `kyc_media` ADD `retracted_by_user_id` text REFERENCES user(id);--> statement-breakpoint
ALTER TABLE `kyc_media` ADD `retraction_reason` text;--> statement-breakpoint
ALTER TABLE `meeting` ADD `cancelled_at` integer;--> statement-breakpoint
ALTER TABLE `social_media_handle` ADD `version` integer DEFAULT 1 NOT NULL;