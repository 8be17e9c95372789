-- Finds any three characters in a row of a legal name or a phone number.
create extension if not exists pg_trgm;
--> statement-breakpoint
create index "customer_legal_name_trigram" on "customer" using gin ("legal_name_search" gin_trgm_ops);
--> statement-breakpoint
create index "customer_phone_trigram" on "customer" using gin ("mobile_phone_number_e164" gin_trgm_ops);
