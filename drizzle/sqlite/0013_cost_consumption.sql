CREATE TABLE `cost_consumption` (
	`id` text PRIMARY KEY NOT NULL,
	`full_at` integer NOT NULL
);
