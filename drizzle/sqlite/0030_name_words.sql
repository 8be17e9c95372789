CREATE TABLE `customer_name_word` (
	`bank_id` text NOT NULL,
	`words` text NOT NULL,
	`row_number` integer NOT NULL,
	PRIMARY KEY(`bank_id`, `words`, `row_number`)
) without rowid;
--> statement-breakpoint
ALTER TABLE `customer` ADD `name_words` text;--> statement-breakpoint
CREATE INDEX `customer_compact_number` ON `customer` (replace(replace(replace(replace(replace(replace(replace(upper(customer_number), ' ', ''), '-', ''), '.', ''), '/', ''), '(', ''), ')', ''), '+', ''),`bank_id`) WHERE replace(replace(replace(replace(replace(replace(replace(upper(customer_number), ' ', ''), '-', ''), '.', ''), '/', ''), '(', ''), ')', ''), '+', '') <> customer_number;--> statement-breakpoint
CREATE INDEX `customer_written_phone` ON `customer` (replace(replace(replace(replace(replace(replace(replace(upper(mobile_phone_number), ' ', ''), '-', ''), '.', ''), '/', ''), '(', ''), ')', ''), '+', ''),`id`) WHERE mobile_phone_number_e164 is null and mobile_phone_number <> '';--> statement-breakpoint
CREATE INDEX `customer_without_name_words` ON `customer` (`id`) WHERE name_words is null;--> statement-breakpoint
CREATE INDEX `account_routing_compact` ON `account_routing` (replace(replace(replace(replace(replace(replace(replace(upper(address), ' ', ''), '-', ''), '.', ''), '/', ''), '(', ''), ')', ''), '+', ''),`bank_id`);--> statement-breakpoint
CREATE INDEX `kyc_document_number` ON `kyc_document` (replace(replace(replace(replace(replace(replace(replace(upper(number), ' ', ''), '-', ''), '.', ''), '/', ''), '(', ''), ')', ''), '+', ''),`bank_id`,`customer_id`);--> statement-breakpoint
-- The words of a name are letters and digits with single spaces, so they become a JSON list.
create trigger `customer_name_word_insert` after insert on `customer` when new.name_words <> '' begin
	insert into customer_name_word (bank_id, words, row_number)
	select new.bank_id, value || ' ' || new.name_words, new.row_number
	from json_each('["' || replace(new.name_words, ' ', '","') || '"]');
end;
--> statement-breakpoint
create trigger `customer_name_word_delete` after delete on `customer` when old.name_words <> '' begin
	delete from customer_name_word where bank_id = old.bank_id and row_number = old.row_number and words in (
		select value || ' ' || old.name_words from json_each('["' || replace(old.name_words, ' ', '","') || '"]')
	);
end;
--> statement-breakpoint
create trigger `customer_name_word_update` after update of name_words on `customer`
when new.name_words is not old.name_words begin
	delete from customer_name_word where bank_id = old.bank_id and row_number = old.row_number and words in (
		select value || ' ' || old.name_words from json_each('["' || replace(old.name_words, ' ', '","') || '"]')
		where old.name_words <> ''
	);
	insert into customer_name_word (bank_id, words, row_number)
	select new.bank_id, value || ' ' || new.name_words, new.row_number
	from json_each('["' || replace(new.name_words, ' ', '","') || '"]')
	where new.name_words <> '';
end;
