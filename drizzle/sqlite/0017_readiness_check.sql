CREATE TABLE `readiness_check` (
	`id` text PRIMARY KEY NOT NULL,
	`filler` text NOT NULL,
	`checked_at` integer NOT NULL
);
