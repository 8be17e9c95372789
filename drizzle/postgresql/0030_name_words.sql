CREATE TABLE "customer_name_word" (
	"bank_id" text collate "C" NOT NULL,
	"words" text collate "C" NOT NULL,
	"row_number" bigint NOT NULL,
	CONSTRAINT "customer_name_word_bank_id_words_row_number_pk" PRIMARY KEY("bank_id","words","row_number")
);
--> statement-breakpoint
ALTER TABLE "customer" ADD COLUMN "name_words" text collate "C";--> statement-breakpoint
CREATE INDEX "account_routing_compact" ON "account_routing" USING btree (replace(replace(replace(replace(replace(replace(replace(upper(address), ' ', ''), '-', ''), '.', ''), '/', ''), '(', ''), ')', ''), '+', ''),"bank_id");--> statement-breakpoint
CREATE INDEX "customer_compact_number" ON "customer" USING btree (replace(replace(replace(replace(replace(replace(replace(upper(customer_number), ' ', ''), '-', ''), '.', ''), '/', ''), '(', ''), ')', ''), '+', ''),"bank_id") WHERE replace(replace(replace(replace(replace(replace(replace(upper(customer_number), ' ', ''), '-', ''), '.', ''), '/', ''), '(', ''), ')', ''), '+', '') <> customer_number;--> statement-breakpoint
CREATE INDEX "customer_written_phone" ON "customer" USING btree (replace(replace(replace(replace(replace(replace(replace(upper(mobile_phone_number), ' ', ''), '-', ''), '.', ''), '/', ''), '(', ''), ')', ''), '+', ''),"id") WHERE mobile_phone_number_e164 is null and mobile_phone_number <> '';--> statement-breakpoint
CREATE INDEX "customer_without_name_words" ON "customer" USING btree ("id") WHERE name_words is null;--> statement-breakpoint
CREATE INDEX "kyc_document_number" ON "kyc_document" USING btree (replace(replace(replace(replace(replace(replace(replace(upper(number), ' ', ''), '-', ''), '.', ''), '/', ''), '(', ''), ')', ''), '+', ''),"bank_id","customer_id");--> statement-breakpoint
-- One statement for all rows of an import.
create function customer_name_word_insert() returns trigger language plpgsql as $$
begin
	insert into customer_name_word (bank_id, words, row_number)
	select bank_id, word || ' ' || name_words, row_number
	from inserted, string_to_table(name_words, ' ') as word
	where name_words <> '';
	return null;
end
$$;
--> statement-breakpoint
create function customer_name_word_change() returns trigger language plpgsql as $$
begin
	if old.name_words <> '' then
		delete from customer_name_word
		where bank_id = old.bank_id and row_number = old.row_number and words = any (array(
			select word || ' ' || old.name_words from string_to_table(old.name_words, ' ') as word
		));
	end if;
	if tg_op = 'UPDATE' and new.name_words <> '' then
		insert into customer_name_word (bank_id, words, row_number)
		select new.bank_id, word || ' ' || new.name_words, new.row_number
		from string_to_table(new.name_words, ' ') as word;
	end if;
	return null;
end
$$;
--> statement-breakpoint
create trigger "customer_name_word_insert" after insert on "customer" referencing new table as inserted
for each statement execute function customer_name_word_insert();
--> statement-breakpoint
create trigger "customer_name_word_delete" after delete on "customer"
for each row when (old.name_words <> '') execute function customer_name_word_change();
--> statement-breakpoint
create trigger "customer_name_word_update" after update of name_words on "customer"
for each row when (new.name_words is distinct from old.name_words) execute function customer_name_word_change();
