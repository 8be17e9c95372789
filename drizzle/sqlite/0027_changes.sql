CREATE TABLE `change` (
	`number` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`transaction_id` text,
	`at` integer NOT NULL,
	`bank_id` text,
	`customer_ids` text NOT NULL,
	`user_ids` text NOT NULL,
	`fields` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `change_by_bank` ON `change` (`bank_id`,`number`);--> statement-breakpoint
CREATE INDEX `change_by_transaction` ON `change` (`transaction_id`) WHERE transaction_id is not null;