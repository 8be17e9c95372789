CREATE TABLE `kyc_count` (
	`row_number` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`bank_id` text NOT NULL,
	`state` text NOT NULL,
	`total` integer NOT NULL,
	FOREIGN KEY (`bank_id`) REFERENCES `bank`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
DROP INDEX `customer_email`;
--> statement-breakpoint
DROP INDEX `customer_phone`;
--> statement-breakpoint
ALTER TABLE `customer` ADD `kyc_state` text DEFAULT 'NEVER_ASSESSED' NOT NULL;
--> statement-breakpoint
ALTER TABLE `crm_event` ADD `closed_at` integer;
--> statement-breakpoint
ALTER TABLE `crm_event` ADD `closed_by_user_id` text REFERENCES user(id);
--> statement-breakpoint
-- The program derives the other states later, beside the running server.
UPDATE `customer` SET `kyc_state` = 'NOT_OK'
WHERE NOT `kyc_status` AND `last_ok_date` IS NULL AND EXISTS (
	SELECT 1 FROM kyc_status WHERE kyc_status.customer_id = customer.id AND kyc_status.retracted_at IS NULL
);
--> statement-breakpoint
UPDATE `crm_event` SET `closed_at` = `created_at` WHERE `actual_date` IS NOT NULL;
--> statement-breakpoint
CREATE INDEX `kyc_count_bank` ON `kyc_count` (`bank_id`,`state`);
--> statement-breakpoint
CREATE INDEX `customer_bank_kyc_state` ON `customer` (`bank_id`,`kyc_state`,`last_ok_date_order`,`id`);
--> statement-breakpoint
CREATE INDEX `customer_bank_legal_name` ON `customer` (`bank_id`,`legal_name_search`,`id`);
--> statement-breakpoint
CREATE INDEX `customer_updated` ON `customer` (`updated_at`,`id`);
--> statement-breakpoint
CREATE INDEX `customer_date_of_birth` ON `customer` (`date_of_birth`,`bank_id`,`name_words`);
--> statement-breakpoint
CREATE INDEX `customer_email` ON `customer` (`email_search`,`bank_id`,`id`);
--> statement-breakpoint
CREATE INDEX `customer_phone` ON `customer` (`mobile_phone_number_e164`,`bank_id`,`id`);
--> statement-breakpoint
CREATE INDEX `crm_event_scheduled` ON `crm_event` (`bank_id`,`scheduled_date`,`id`) WHERE scheduled_date is not null;
--> statement-breakpoint
CREATE INDEX `crm_event_category` ON `crm_event` (`bank_id`,`category`,`created_at`,`id`);
--> statement-breakpoint
CREATE INDEX `crm_event_open` ON `crm_event` (`bank_id`,`created_at`,`id`) WHERE closed_at is null;
--> statement-breakpoint
CREATE INDEX `crm_event_open_scheduled` ON `crm_event` (`bank_id`,`scheduled_date`,`id`) WHERE closed_at is null and scheduled_date is not null;
--> statement-breakpoint
CREATE INDEX `customer_message_bank` ON `customer_message` (`bank_id`,`date`,`id`);
--> statement-breakpoint
INSERT INTO `kyc_count` (`bank_id`, `state`, `total`)
SELECT bank_id, kyc_state, count(*) FROM customer GROUP BY bank_id, kyc_state
UNION ALL SELECT bank_id, state, count(*) FROM kyc_status_proposal WHERE state = 'PROPOSED' GROUP BY bank_id;
--> statement-breakpoint
CREATE TRIGGER `kyc_count_customer_insert` AFTER INSERT ON `customer` BEGIN
	INSERT INTO kyc_count (bank_id, state, total) SELECT new.bank_id, new.kyc_state, 0
	WHERE NOT EXISTS (SELECT 1 FROM kyc_count WHERE bank_id = new.bank_id AND state = new.kyc_state);
	UPDATE kyc_count SET total = total + 1 WHERE bank_id = new.bank_id AND state = new.kyc_state;
END;
--> statement-breakpoint
CREATE TRIGGER `kyc_count_customer_update` AFTER UPDATE OF `kyc_state` ON `customer`
WHEN new.kyc_state <> old.kyc_state
BEGIN
	UPDATE kyc_count SET total = total - 1 WHERE bank_id = old.bank_id AND state = old.kyc_state;
	INSERT INTO kyc_count (bank_id, state, total) SELECT new.bank_id, new.kyc_state, 0
	WHERE NOT EXISTS (SELECT 1 FROM kyc_count WHERE bank_id = new.bank_id AND state = new.kyc_state);
	UPDATE kyc_count SET total = total + 1 WHERE bank_id = new.bank_id AND state = new.kyc_state;
END;
--> statement-breakpoint
CREATE TRIGGER `kyc_count_customer_delete` AFTER DELETE ON `customer` BEGIN
	UPDATE kyc_count SET total = total - 1 WHERE bank_id = old.bank_id AND state = old.kyc_state;
END;
--> statement-breakpoint
CREATE TRIGGER `kyc_count_proposal_insert` AFTER INSERT ON `kyc_status_proposal` WHEN new.state = 'PROPOSED' BEGIN
	INSERT INTO kyc_count (bank_id, state, total) SELECT new.bank_id, new.state, 0
	WHERE NOT EXISTS (SELECT 1 FROM kyc_count WHERE bank_id = new.bank_id AND state = new.state);
	UPDATE kyc_count SET total = total + 1 WHERE bank_id = new.bank_id AND state = new.state;
END;
--> statement-breakpoint
CREATE TRIGGER `kyc_count_proposal_update` AFTER UPDATE OF `state` ON `kyc_status_proposal`
WHEN new.state <> old.state
BEGIN
	UPDATE kyc_count SET total = total + (new.state = 'PROPOSED') - (old.state = 'PROPOSED')
	WHERE bank_id = new.bank_id AND state = 'PROPOSED';
END;
--> statement-breakpoint
CREATE TRIGGER `kyc_count_proposal_delete` AFTER DELETE ON `kyc_status_proposal` WHEN old.state = 'PROPOSED' BEGIN
	UPDATE kyc_count SET total = total - 1 WHERE bank_id = old.bank_id AND state = old.state;
END;
