CREATE TABLE "kyc_count" (
	"row_number" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "kyc_count_row_number_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"bank_id" text collate "C" NOT NULL,
	"state" text collate "C" NOT NULL,
	"total" bigint NOT NULL
);
--> statement-breakpoint
DROP INDEX "customer_email";
--> statement-breakpoint
DROP INDEX "customer_phone";
--> statement-breakpoint
ALTER TABLE "crm_event" ADD COLUMN "closed_at" timestamp (3) with time zone;
--> statement-breakpoint
ALTER TABLE "crm_event" ADD COLUMN "closed_by_user_id" text collate "C";
--> statement-breakpoint
ALTER TABLE "customer" ADD COLUMN "kyc_state" text collate "C" DEFAULT 'NEVER_ASSESSED' NOT NULL;
--> statement-breakpoint
ALTER TABLE "kyc_count" ADD CONSTRAINT "kyc_count_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "crm_event" ADD CONSTRAINT "crm_event_closed_by_user_id_user_id_fk" FOREIGN KEY ("closed_by_user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
-- The program derives the other states later, beside the running server.
UPDATE "customer" SET "kyc_state" = 'NOT_OK'
WHERE NOT "kyc_status" AND "last_ok_date" IS NULL AND EXISTS (
	SELECT 1 FROM kyc_status WHERE kyc_status.customer_id = customer.id AND kyc_status.retracted_at IS NULL
);
--> statement-breakpoint
UPDATE "crm_event" SET "closed_at" = "created_at" WHERE "actual_date" IS NOT NULL;
--> statement-breakpoint
CREATE INDEX "kyc_count_bank" ON "kyc_count" USING btree ("bank_id","state");
--> statement-breakpoint
CREATE INDEX "crm_event_scheduled" ON "crm_event" USING btree ("bank_id","scheduled_date","id") WHERE scheduled_date is not null;
--> statement-breakpoint
CREATE INDEX "crm_event_category" ON "crm_event" USING btree ("bank_id","category","created_at","id");
--> statement-breakpoint
CREATE INDEX "crm_event_open" ON "crm_event" USING btree ("bank_id","created_at","id") WHERE closed_at is null;
--> statement-breakpoint
CREATE INDEX "crm_event_open_scheduled" ON "crm_event" USING btree ("bank_id","scheduled_date","id") WHERE closed_at is null and scheduled_date is not null;
--> statement-breakpoint
CREATE INDEX "customer_bank_kyc_state" ON "customer" USING btree ("bank_id","kyc_state","last_ok_date_order","id");
--> statement-breakpoint
CREATE INDEX "customer_bank_legal_name" ON "customer" USING btree ("bank_id","legal_name_search","id");
--> statement-breakpoint
CREATE INDEX "customer_updated" ON "customer" USING btree ("updated_at","id");
--> statement-breakpoint
CREATE INDEX "customer_date_of_birth" ON "customer" USING btree ("date_of_birth","bank_id","name_words");
--> statement-breakpoint
CREATE INDEX "customer_message_bank" ON "customer_message" USING btree ("bank_id","date","id");
--> statement-breakpoint
CREATE INDEX "customer_email" ON "customer" USING btree ("email_search","bank_id","id");
--> statement-breakpoint
CREATE INDEX "customer_phone" ON "customer" USING btree ("mobile_phone_number_e164","bank_id","id");
--> statement-breakpoint
INSERT INTO "kyc_count" ("bank_id", "state", "total")
SELECT bank_id, kyc_state, count(*) FROM customer GROUP BY bank_id, kyc_state
UNION ALL SELECT bank_id, 'PROPOSED', count(*) FROM kyc_status_proposal WHERE state = 'PROPOSED' GROUP BY bank_id;
--> statement-breakpoint
-- Each concurrent transaction changes a row of its own, so that none waits for another one. There are at most as many rows for a
-- bank and state as there ever were concurrent transactions that changed its number.
CREATE FUNCTION kyc_count_add(counted_bank text, counted_state text, added bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	UPDATE kyc_count SET total = total + added WHERE row_number = (
		SELECT row_number FROM kyc_count
		WHERE bank_id = counted_bank COLLATE "C" AND state = counted_state COLLATE "C"
		ORDER BY row_number LIMIT 1 FOR UPDATE SKIP LOCKED
	);
	IF NOT FOUND THEN
		INSERT INTO kyc_count (bank_id, state, total) VALUES (counted_bank, counted_state, added);
	END IF;
END
$$;
--> statement-breakpoint
-- An import inserts thousands of customers with one statement.
CREATE FUNCTION kyc_count_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM kyc_count_add(bank_id, kyc_state, count(*)) FROM inserted GROUP BY bank_id, kyc_state;
	RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE FUNCTION kyc_count_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM kyc_count_add(old.bank_id, old.kyc_state, -1);
	PERFORM kyc_count_add(new.bank_id, new.kyc_state, 1);
	RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE FUNCTION kyc_count_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM kyc_count_add(old.bank_id, old.kyc_state, -1);
	RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE FUNCTION kyc_count_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP <> 'INSERT' AND old.state = 'PROPOSED' THEN
		PERFORM kyc_count_add(old.bank_id, old.state, -1);
	END IF;
	IF TG_OP <> 'DELETE' AND new.state = 'PROPOSED' THEN
		PERFORM kyc_count_add(new.bank_id, new.state, 1);
	END IF;
	RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER kyc_count_customer_insert AFTER INSERT ON customer
REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION kyc_count_insert();
--> statement-breakpoint
CREATE TRIGGER kyc_count_customer_update AFTER UPDATE OF kyc_state ON customer
FOR EACH ROW WHEN (old.kyc_state <> new.kyc_state) EXECUTE FUNCTION kyc_count_update();
--> statement-breakpoint
CREATE TRIGGER kyc_count_customer_delete AFTER DELETE ON customer FOR EACH ROW EXECUTE FUNCTION kyc_count_delete();
--> statement-breakpoint
CREATE TRIGGER kyc_count_proposal_insert AFTER INSERT ON kyc_status_proposal
FOR EACH ROW WHEN (new.state = 'PROPOSED') EXECUTE FUNCTION kyc_count_proposal();
--> statement-breakpoint
CREATE TRIGGER kyc_count_proposal_update AFTER UPDATE OF state ON kyc_status_proposal
FOR EACH ROW WHEN (old.state <> new.state) EXECUTE FUNCTION kyc_count_proposal();
--> statement-breakpoint
CREATE TRIGGER kyc_count_proposal_delete AFTER DELETE ON kyc_status_proposal
FOR EACH ROW WHEN (old.state = 'PROPOSED') EXECUTE FUNCTION kyc_count_proposal();
