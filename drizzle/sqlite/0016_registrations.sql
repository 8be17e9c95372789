CREATE TABLE `registration_mail` (
	`id` text PRIMARY KEY NOT NULL,
	`mails` integer NOT NULL,
	`first_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `registration_mail_first` ON `registration_mail` (`first_at`);--> statement-breakpoint
CREATE TABLE `registration` (
	`user_id` text PRIMARY KEY NOT NULL,
	`username` text NOT NULL,
	`canonical_username` text NOT NULL,
	`email` text NOT NULL,
	`canonical_email` text NOT NULL,
	`password_hash` text NOT NULL,
	`first_name` text,
	`last_name` text,
	`created_by_user_id` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`created_by_user_id`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `registration_username` ON `registration` (`canonical_username`,`created_at`);--> statement-breakpoint
CREATE INDEX `registration_email` ON `registration` (`canonical_email`);--> statement-breakpoint
CREATE INDEX `registration_expiry` ON `registration` (`expires_at`);