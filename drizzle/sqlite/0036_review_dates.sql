CREATE TABLE `review_interval` (
	`bank_id` text NOT NULL,
	`attribute_name` text NOT NULL,
	`attribute_value` text NOT NULL,
	`days` integer NOT NULL,
	PRIMARY KEY(`bank_id`, `attribute_name`, `attribute_value`),
	FOREIGN KEY (`bank_id`) REFERENCES `bank`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
ALTER TABLE `customer` ADD `kyc_review_date` text;--> statement-breakpoint
ALTER TABLE `customer` ADD `kyc_review_due_on` text;--> statement-breakpoint
CREATE INDEX `customer_bank_review` ON `customer` (`bank_id`,`kyc_review_due_on`,`id`) WHERE kyc_review_due_on is not null and closed_on is null;