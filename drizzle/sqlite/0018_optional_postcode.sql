PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_customer_address` (
	`id` text PRIMARY KEY NOT NULL,
	`bank_id` text NOT NULL,
	`customer_id` text NOT NULL,
	`line_1` text NOT NULL,
	`line_2` text,
	`line_3` text,
	`city` text NOT NULL,
	`county` text,
	`state` text,
	`postcode` text,
	`country_code` text NOT NULL,
	`tags` text NOT NULL,
	`status` text,
	`insert_date` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	FOREIGN KEY (`bank_id`,`customer_id`) REFERENCES `customer`(`bank_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
INSERT INTO `__new_customer_address`("id", "bank_id", "customer_id", "line_1", "line_2", "line_3", "city", "county", "state", "postcode", "country_code", "tags", "status", "insert_date", "updated_at", "version") SELECT "id", "bank_id", "customer_id", "line_1", "line_2", "line_3", "city", "county", "state", "postcode", "country_code", "tags", "status", "insert_date", "updated_at", "version" FROM `customer_address`;--> statement-breakpoint
DROP TABLE `customer_address`;--> statement-breakpoint
ALTER TABLE `__new_customer_address` RENAME TO `customer_address`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE INDEX `customer_address_customer` ON `customer_address` (`customer_id`,`insert_date`,`id`);