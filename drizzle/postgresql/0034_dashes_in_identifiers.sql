-- The program derives these again, with `-` for every dash.
UPDATE "customer" SET "canonical_number" = null WHERE "canonical_number" is not null AND "canonical_number" ~ '[\u2010\u2011\u2012\u2013\u2014\u2015\u2212]';--> statement-breakpoint
UPDATE "account_routing" SET "canonical_routing" = null WHERE "canonical_routing" is not null AND "canonical_routing" ~ '[\u2010\u2011\u2012\u2013\u2014\u2015\u2212]';--> statement-breakpoint
UPDATE "crm_event" SET "canonical_number" = null WHERE "canonical_number" is not null AND "canonical_number" ~ '[\u2010\u2011\u2012\u2013\u2014\u2015\u2212]';
