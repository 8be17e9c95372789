CREATE TABLE `customer_history` (
	`number` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`bank_id` text NOT NULL,
	`customer_id` text NOT NULL,
	`changed_at` integer NOT NULL,
	`changed_by_user_id` text,
	`request_id` text,
	`object` text NOT NULL,
	`object_id` text NOT NULL,
	`before` text,
	`after` text
);
--> statement-breakpoint
CREATE INDEX `customer_history_customer` ON `customer_history` (`customer_id`,`number`);--> statement-breakpoint
CREATE TABLE `history_start` (
	`started_at` integer PRIMARY KEY NOT NULL
);

--> statement-breakpoint
INSERT INTO `history_start` VALUES (cast(unixepoch('subsec') * 1000 as integer));
