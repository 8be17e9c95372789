ALTER TABLE "customer_attribute" ADD COLUMN "value_order" text collate "C";--> statement-breakpoint
CREATE INDEX "customer_attribute_order" ON "customer_attribute" USING btree ("bank_id","value_order","customer_id") WHERE value_order is not null;--> statement-breakpoint
CREATE INDEX "customer_attribute_unordered" ON "customer_attribute" USING btree ("id") WHERE value_order is null and type <> 'STRING';--> statement-breakpoint
-- The planner estimates the number of customers with an attribute by these statistics.
ALTER TABLE "customer_attribute" ALTER COLUMN "value_order" SET STATISTICS 1000;--> statement-breakpoint
CREATE STATISTICS "customer_attribute_name_value" (mcv) ON "name", "value_search" FROM "customer_attribute";--> statement-breakpoint
ALTER STATISTICS "customer_attribute_name_value" SET STATISTICS 1000;