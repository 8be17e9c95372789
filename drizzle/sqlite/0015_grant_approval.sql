CREATE TABLE `empowerment` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`kind` text NOT NULL,
	`by_user_id` text NOT NULL,
	`approved_by_user_id` text,
	`role_name` text,
	`bank_id` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`by_user_id`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`approved_by_user_id`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`bank_id`) REFERENCES `bank`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `empowerment_user` ON `empowerment` (`user_id`,`role_name`);--> statement-breakpoint
ALTER TABLE `bank` ADD `grant_approval_required` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `entitlement_request` ADD `proposed_by_user_id` text REFERENCES user(id);--> statement-breakpoint
ALTER TABLE `entitlement_request` ADD `is_proposed_by_claim` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `entitlement_request` ADD `expires_at` integer;
--> statement-breakpoint
-- Who granted what is only ever added to: else a chain could be hidden by revoking its links. `insert or replace` deletes
-- without the other triggers.
CREATE TRIGGER `empowerment_no_update` BEFORE UPDATE ON `empowerment` BEGIN
	SELECT RAISE(ABORT, 'Rows of empowerment cannot be changed.');
END;
--> statement-breakpoint
CREATE TRIGGER `empowerment_no_delete` BEFORE DELETE ON `empowerment` BEGIN
	SELECT RAISE(ABORT, 'Rows of empowerment cannot be deleted.');
END;
--> statement-breakpoint
CREATE TRIGGER `empowerment_no_replacement` BEFORE INSERT ON `empowerment`
WHEN EXISTS (SELECT 1 FROM empowerment WHERE rowid = new.rowid OR id = new.id)
BEGIN
	SELECT RAISE(ABORT, 'Rows of empowerment cannot be changed.');
END;
