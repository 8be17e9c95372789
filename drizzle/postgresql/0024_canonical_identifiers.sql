ALTER TABLE "account_routing" ADD COLUMN "canonical_routing" text collate "C";--> statement-breakpoint
ALTER TABLE "crm_event" ADD COLUMN "canonical_number" text collate "C";--> statement-breakpoint
ALTER TABLE "customer" ADD COLUMN "canonical_number" text collate "C";--> statement-breakpoint
CREATE INDEX "account_routing_canonical" ON "account_routing" USING btree ("canonical_routing","bank_id") WHERE canonical_routing is not null;--> statement-breakpoint
CREATE INDEX "account_routing_underived" ON "account_routing" USING btree ("bank_id","account_id","scheme") WHERE canonical_routing is null and (scheme !~ '^[!-~]+( [!-~]+)*$' or address !~ '^[!-~]+( [!-~]+)*$');--> statement-breakpoint
CREATE INDEX "crm_event_canonical_number" ON "crm_event" USING btree ("canonical_number","bank_id") WHERE canonical_number is not null;--> statement-breakpoint
CREATE INDEX "crm_event_underived_number" ON "crm_event" USING btree ("id") WHERE canonical_number is null and (customer_number !~ '^[!-~]+( [!-~]+)*$');--> statement-breakpoint
CREATE INDEX "customer_canonical_number" ON "customer" USING btree ("canonical_number","bank_id") WHERE canonical_number is not null;--> statement-breakpoint
CREATE INDEX "customer_underived_number" ON "customer" USING btree ("id") WHERE canonical_number is null and (customer_number !~ '^[!-~]+( [!-~]+)*$');--> statement-breakpoint
-- The program derives these again, without invisible characters.
UPDATE "user" SET "canonical_username" = null, "username_conflict" = 0 WHERE "username" ~ '[^ -~]';
