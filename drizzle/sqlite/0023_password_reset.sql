CREATE TABLE `password_reset` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`user_id` text,
	`bound_to` text NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `password_reset_user_unique` ON `password_reset` (`user_id`);--> statement-breakpoint
CREATE INDEX `password_reset_expiry` ON `password_reset` (`expires_at`);