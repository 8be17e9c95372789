ALTER TABLE `account_routing` ADD `canonical_routing` text;--> statement-breakpoint
CREATE INDEX `account_routing_canonical` ON `account_routing` (`canonical_routing`,`bank_id`) WHERE canonical_routing is not null;--> statement-breakpoint
CREATE INDEX `account_routing_underived` ON `account_routing` (`bank_id`,`account_id`,`scheme`) WHERE canonical_routing is null and (scheme glob '*[^ -~]*' or scheme glob '*  *' or scheme glob ' *' or scheme glob '* ' or address glob '*[^ -~]*' or address glob '*  *' or address glob ' *' or address glob '* ');--> statement-breakpoint
ALTER TABLE `crm_event` ADD `canonical_number` text;--> statement-breakpoint
CREATE INDEX `crm_event_canonical_number` ON `crm_event` (`canonical_number`,`bank_id`) WHERE canonical_number is not null;--> statement-breakpoint
CREATE INDEX `crm_event_underived_number` ON `crm_event` (`id`) WHERE canonical_number is null and (customer_number glob '*[^ -~]*' or customer_number glob '*  *' or customer_number glob ' *' or customer_number glob '* ');--> statement-breakpoint
ALTER TABLE `customer` ADD `canonical_number` text;--> statement-breakpoint
CREATE INDEX `customer_canonical_number` ON `customer` (`canonical_number`,`bank_id`) WHERE canonical_number is not null;--> statement-breakpoint
CREATE INDEX `customer_underived_number` ON `customer` (`id`) WHERE canonical_number is null and (customer_number glob '*[^ -~]*' or customer_number glob '*  *' or customer_number glob ' *' or customer_number glob '* ');--> statement-breakpoint
-- The program derives these again, without invisible characters.
UPDATE `user` SET `canonical_username` = null, `username_conflict` = 0 WHERE `username` glob '*[^ -~]*';
