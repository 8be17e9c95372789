ALTER TABLE `user` ADD `canonical_username` text;--> statement-breakpoint
ALTER TABLE `user` ADD `username_conflict` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `user` ADD `validated_email` text;--> statement-breakpoint
ALTER TABLE `user` ADD `email_conflict` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `user_canonical_username_unique` ON `user` (`canonical_username`,`provider`,`username_conflict`);--> statement-breakpoint
CREATE UNIQUE INDEX `user_validated_email_unique` ON `user` (`validated_email`,`email_conflict`);