CREATE TABLE `audit_chain` (
	`number` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`started_at` integer NOT NULL,
	`key_id` text NOT NULL,
	`known_seals` text NOT NULL,
	`mac` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `audit_checkpoint` (
	`chain` integer NOT NULL,
	`sequence` integer NOT NULL,
	`seal_number` integer NOT NULL,
	`head` text NOT NULL,
	`at` integer NOT NULL,
	`mac` text NOT NULL,
	PRIMARY KEY(`chain`, `sequence`),
	FOREIGN KEY (`chain`) REFERENCES `audit_chain`(`number`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `audit_event` (
	`chain` integer NOT NULL,
	`sequence` integer NOT NULL,
	`at` integer NOT NULL,
	`bank_id` text,
	`user_id` text,
	`event` text NOT NULL,
	`mac` text NOT NULL,
	PRIMARY KEY(`chain`, `sequence`),
	FOREIGN KEY (`chain`) REFERENCES `audit_chain`(`number`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `audit_event_by_bank` ON `audit_event` (`bank_id`,`at`,`chain`,`sequence`);--> statement-breakpoint
CREATE INDEX `audit_event_by_user` ON `audit_event` (`user_id`,`at`,`chain`,`sequence`);--> statement-breakpoint
CREATE INDEX `audit_event_by_time` ON `audit_event` (`at`,`chain`,`sequence`);--> statement-breakpoint
CREATE TABLE `audit_event_customer` (
	`customer_id` text NOT NULL,
	`at` integer NOT NULL,
	`chain` integer NOT NULL,
	`sequence` integer NOT NULL,
	PRIMARY KEY(`customer_id`, `at`, `chain`, `sequence`)
);
--> statement-breakpoint
CREATE TABLE `audit_seal` (
	`chain` integer NOT NULL,
	`number` integer NOT NULL,
	`sequence` integer NOT NULL,
	`head` text NOT NULL,
	`at` integer NOT NULL,
	`is_last` integer NOT NULL,
	`mac` text NOT NULL,
	PRIMARY KEY(`chain`, `number`),
	FOREIGN KEY (`chain`) REFERENCES `audit_chain`(`number`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `audit_seal_by_time` ON `audit_seal` (`at`);--> statement-breakpoint
ALTER TABLE `bank` ADD `kyc_reason_required` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `bank` ADD `retention_days` integer;