CREATE TABLE `revoked_token` (
	`user_id` text NOT NULL,
	`token_id` text NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `token_id`),
	FOREIGN KEY (`user_id`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `revoked_token_expires_at` ON `revoked_token` (`expires_at`);--> statement-breakpoint
ALTER TABLE `user` ADD `tokens_valid_from` integer;