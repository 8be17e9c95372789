CREATE TABLE "customer_link" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"bank_id" text collate "C" NOT NULL,
	"customer_id" text collate "C" NOT NULL,
	"linked_customer_id" text collate "C" NOT NULL,
	"relationship_to" text collate "C" NOT NULL,
	"percentage" numeric,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "customer_link_relationship_unique" UNIQUE("customer_id","linked_customer_id","relationship_to")
);
--> statement-breakpoint
ALTER TABLE "customer_link" ADD CONSTRAINT "customer_link_bank_id_customer_id_customer_bank_id_id_fk" FOREIGN KEY ("bank_id","customer_id") REFERENCES "public"."customer"("bank_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "customer_link" ADD CONSTRAINT "customer_link_bank_id_linked_customer_id_customer_bank_id_id_fk" FOREIGN KEY ("bank_id","linked_customer_id") REFERENCES "public"."customer"("bank_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "customer_link_parent" ON "customer_link" USING btree ("customer_id") WHERE relationship_to = 'PARENT';--> statement-breakpoint
CREATE INDEX "customer_link_customer" ON "customer_link" USING btree ("customer_id","created_at","id");--> statement-breakpoint
CREATE INDEX "customer_link_linked_customer" ON "customer_link" USING btree ("linked_customer_id","created_at","id");