-- Finds any three characters in a row of a legal name or a phone number. The rows are customer's own.
create virtual table `customer_search` using fts5(
	legal_name_search,
	mobile_phone_number_e164,
	content = 'customer',
	content_rowid = 'row_number',
	tokenize = 'trigram'
);
--> statement-breakpoint
create trigger `customer_search_insert` after insert on `customer` begin
	insert into customer_search (rowid, legal_name_search, mobile_phone_number_e164)
	values (new.row_number, new.legal_name_search, new.mobile_phone_number_e164);
end;
--> statement-breakpoint
create trigger `customer_search_delete` after delete on `customer` begin
	insert into customer_search (customer_search, rowid, legal_name_search, mobile_phone_number_e164)
	values ('delete', old.row_number, old.legal_name_search, old.mobile_phone_number_e164);
end;
--> statement-breakpoint
create trigger `customer_search_update` after update of legal_name_search, mobile_phone_number_e164 on `customer`
when new.legal_name_search is not old.legal_name_search
	or new.mobile_phone_number_e164 is not old.mobile_phone_number_e164
begin
	insert into customer_search (customer_search, rowid, legal_name_search, mobile_phone_number_e164)
	values ('delete', old.row_number, old.legal_name_search, old.mobile_phone_number_e164);
	insert into customer_search (rowid, legal_name_search, mobile_phone_number_e164)
	values (new.row_number, new.legal_name_search, new.mobile_phone_number_e164);
end;
