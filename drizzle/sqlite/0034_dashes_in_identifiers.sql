-- The program derives these again, with `-` for every dash.
UPDATE `customer` SET `canonical_number` = null WHERE `canonical_number` is not null AND `canonical_number` glob '*[' || char(8208) || '-' || char(8213) || char(8722) || ']*';--> statement-breakpoint
UPDATE `account_routing` SET `canonical_routing` = null WHERE `canonical_routing` is not null AND `canonical_routing` glob '*[' || char(8208) || '-' || char(8213) || char(8722) || ']*';--> statement-breakpoint
UPDATE `crm_event` SET `canonical_number` = null WHERE `canonical_number` is not null AND `canonical_number` glob '*[' || char(8208) || '-' || char(8213) || char(8722) || ']*';
