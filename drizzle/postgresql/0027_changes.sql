CREATE TABLE "change" (
	"number" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "change_number_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"transaction_id" "xid8" DEFAULT pg_current_xact_id(),
	"at" timestamp (3) with time zone NOT NULL,
	"bank_id" text collate "C",
	"customer_ids" jsonb NOT NULL,
	"user_ids" jsonb NOT NULL,
	"fields" jsonb NOT NULL
);
--> statement-breakpoint
CREATE INDEX "change_by_bank" ON "change" USING btree ("bank_id","number");--> statement-breakpoint
CREATE INDEX "change_by_transaction" ON "change" USING btree ("transaction_id") WHERE transaction_id is not null;