-- How many customers a search finds is guessed by these: whether its index or the order of the list leads there sooner.
alter table "customer" alter column "legal_name_search" set statistics 1000;
--> statement-breakpoint
alter table "customer" alter column "mobile_phone_number_e164" set statistics 1000;
--> statement-breakpoint
analyze "customer";
