CREATE TABLE "customer_history" (
	"number" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "customer_history_number_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"bank_id" text collate "C" NOT NULL,
	"customer_id" text collate "C" NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	"changed_by_user_id" text collate "C",
	"request_id" text collate "C",
	"object" text collate "C" NOT NULL,
	"object_id" text collate "C" NOT NULL,
	"before" jsonb,
	"after" jsonb
);
--> statement-breakpoint
CREATE TABLE "history_start" (
	"started_at" timestamp (3) with time zone PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE INDEX "customer_history_customer" ON "customer_history" USING btree ("customer_id","number");
--> statement-breakpoint
INSERT INTO "history_start" VALUES (statement_timestamp());
