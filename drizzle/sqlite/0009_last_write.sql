CREATE TABLE `user_write` (
	`user_id` text PRIMARY KEY NOT NULL,
	`last_write` text NOT NULL
);
