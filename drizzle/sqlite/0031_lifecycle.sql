CREATE TABLE `legal_hold` (
	`id` text PRIMARY KEY NOT NULL,
	`bank_id` text NOT NULL,
	`customer_id` text NOT NULL,
	`reason` text NOT NULL,
	`set_at` integer NOT NULL,
	`set_by_user_id` text NOT NULL,
	`lifted_at` integer,
	`lifted_by_user_id` text,
	`lift_reason` text,
	FOREIGN KEY (`set_by_user_id`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`lifted_by_user_id`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`bank_id`,`customer_id`) REFERENCES `customer`(`bank_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `legal_hold_customer` ON `legal_hold` (`customer_id`,`set_at`,`id`);--> statement-breakpoint
CREATE INDEX `legal_hold_in_force` ON `legal_hold` (`bank_id`,`set_at`,`id`) WHERE lifted_at is null;--> statement-breakpoint
ALTER TABLE `customer` ADD `customer_type` text DEFAULT 'RETAIL' NOT NULL;--> statement-breakpoint
ALTER TABLE `customer` ADD `registration_number` text;--> statement-breakpoint
ALTER TABLE `customer` ADD `incorporation_date` text;--> statement-breakpoint
ALTER TABLE `customer` ADD `legal_form` text;--> statement-breakpoint
ALTER TABLE `customer` ADD `closed_on` text;--> statement-breakpoint
ALTER TABLE `customer` ADD `closing_reason` text;--> statement-breakpoint
ALTER TABLE `customer` ADD `closed_by_user_id` text REFERENCES user(id);--> statement-breakpoint
ALTER TABLE `customer` ADD `closed_at` integer;--> statement-breakpoint
CREATE INDEX `customer_bank_closed` ON `customer` (`bank_id`,`closed_on`,`id`) WHERE closed_on is not null;