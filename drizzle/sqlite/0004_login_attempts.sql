CREATE TABLE `login_attempt` (
	`id` text PRIMARY KEY NOT NULL,
	`username_hash` text NOT NULL,
	`failures` integer NOT NULL,
	`last_attempt_at` integer NOT NULL,
	`locked_until` integer
);
--> statement-breakpoint
CREATE INDEX `login_attempt_username` ON `login_attempt` (`username_hash`);--> statement-breakpoint
CREATE INDEX `login_attempt_last` ON `login_attempt` (`last_attempt_at`);--> statement-breakpoint
CREATE INDEX `login_attempt_failures` ON `login_attempt` (`failures`,`last_attempt_at`);--> statement-breakpoint
ALTER TABLE `user` ADD `awaits_email_validation` integer DEFAULT false NOT NULL;