CREATE TABLE `customer_link` (
	`id` text PRIMARY KEY NOT NULL,
	`bank_id` text NOT NULL,
	`customer_id` text NOT NULL,
	`linked_customer_id` text NOT NULL,
	`relationship_to` text NOT NULL,
	`percentage` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	FOREIGN KEY (`bank_id`,`customer_id`) REFERENCES `customer`(`bank_id`,`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`bank_id`,`linked_customer_id`) REFERENCES `customer`(`bank_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `customer_link_parent` ON `customer_link` (`customer_id`) WHERE relationship_to = 'PARENT';--> statement-breakpoint
CREATE INDEX `customer_link_customer` ON `customer_link` (`customer_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `customer_link_linked_customer` ON `customer_link` (`linked_customer_id`,`created_at`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `customer_link_relationship_unique` ON `customer_link` (`customer_id`,`linked_customer_id`,`relationship_to`);