DROP INDEX `customer_bank_last_ok`;--> statement-breakpoint
DROP INDEX `customer_last_ok`;--> statement-breakpoint
CREATE INDEX `customer_bank_last_ok` ON `customer` (`bank_id`,`last_ok_date_order`,`id`,`mobile_phone_number_e164`,`legal_name_search`);--> statement-breakpoint
CREATE INDEX `customer_last_ok` ON `customer` (`last_ok_date_order`,`id`,`mobile_phone_number_e164`,`legal_name_search`);