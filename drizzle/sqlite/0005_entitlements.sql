CREATE TABLE `entitlement_request` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`role_name` text NOT NULL,
	`bank_id` text,
	`reason` text NOT NULL,
	`state` text NOT NULL,
	`decided_by_user_id` text,
	`decided_at` integer,
	`decision_reason` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`bank_id`) REFERENCES `bank`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`decided_by_user_id`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `entitlement_request_open_at_bank` ON `entitlement_request` (`user_id`,`role_name`,`bank_id`) WHERE state = 'REQUESTED';--> statement-breakpoint
CREATE UNIQUE INDEX `entitlement_request_open` ON `entitlement_request` (`user_id`,`role_name`) WHERE state = 'REQUESTED' and bank_id is null;--> statement-breakpoint
CREATE INDEX `entitlement_request_newest` ON `entitlement_request` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `entitlement_request_bank` ON `entitlement_request` (`bank_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `entitlement_request_user` ON `entitlement_request` (`user_id`,`created_at`,`id`);--> statement-breakpoint
ALTER TABLE `entitlement` ADD `expires_at` integer;