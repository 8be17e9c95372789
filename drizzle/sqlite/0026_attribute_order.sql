ALTER TABLE `customer_attribute` ADD `value_order` text;--> statement-breakpoint
CREATE INDEX `customer_attribute_order` ON `customer_attribute` (`bank_id`,`value_order`,`customer_id`) WHERE value_order is not null;--> statement-breakpoint
CREATE INDEX `customer_attribute_unordered` ON `customer_attribute` (`id`) WHERE value_order is null and type <> 'STRING';