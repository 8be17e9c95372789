ALTER TABLE `user` ADD `token_generation` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `user` ADD `latest_token_issued_at` integer;