CREATE TABLE `kyc_status_proposal` (
	`id` text PRIMARY KEY NOT NULL,
	`bank_id` text NOT NULL,
	`customer_id` text NOT NULL,
	`ok` integer NOT NULL,
	`date` integer NOT NULL,
	`state` text NOT NULL,
	`proposed_by_user_id` text NOT NULL,
	`decided_by_user_id` text,
	`decided_at` integer,
	`decision_reason` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	FOREIGN KEY (`proposed_by_user_id`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`decided_by_user_id`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`bank_id`,`customer_id`) REFERENCES `customer`(`bank_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `kyc_status_proposal_open` ON `kyc_status_proposal` (`customer_id`,`date`,`ok`) WHERE state = 'PROPOSED';--> statement-breakpoint
CREATE INDEX `kyc_status_proposal_customer` ON `kyc_status_proposal` (`customer_id`,`state`,`created_at`,`id`);--> statement-breakpoint
ALTER TABLE `bank` ADD `kyc_four_eyes` integer DEFAULT false NOT NULL;