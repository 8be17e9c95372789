CREATE TABLE `login_network` (
	`id` text PRIMARY KEY NOT NULL,
	`username_hash` text NOT NULL,
	`last_login_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `login_network_username` ON `login_network` (`username_hash`,`last_login_at`);--> statement-breakpoint
CREATE INDEX `login_network_last` ON `login_network` (`last_login_at`);--> statement-breakpoint
ALTER TABLE `login_attempt` ADD `full_at` integer;