-- The program derives these again, with the digits 0-9 for those of every script.
UPDATE `customer` SET `canonical_number` = null WHERE `canonical_number` is not null AND `canonical_number` glob '*[^' || char(1) || '-' || char(127) || ']*';--> statement-breakpoint
UPDATE `account_routing` SET `canonical_routing` = null WHERE `canonical_routing` is not null AND `canonical_routing` glob '*[^' || char(1) || '-' || char(127) || ']*';--> statement-breakpoint
UPDATE `crm_event` SET `canonical_number` = null WHERE `canonical_number` is not null AND `canonical_number` glob '*[^' || char(1) || '-' || char(127) || ']*';
