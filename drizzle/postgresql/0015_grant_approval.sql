CREATE TABLE "empowerment" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"user_id" text collate "C" NOT NULL,
	"kind" text collate "C" NOT NULL,
	"by_user_id" text collate "C" NOT NULL,
	"approved_by_user_id" text collate "C",
	"role_name" text collate "C",
	"bank_id" text collate "C",
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "bank" ADD COLUMN "grant_approval_required" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "entitlement_request" ADD COLUMN "proposed_by_user_id" text collate "C";--> statement-breakpoint
ALTER TABLE "entitlement_request" ADD COLUMN "is_proposed_by_claim" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "entitlement_request" ADD COLUMN "expires_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "empowerment" ADD CONSTRAINT "empowerment_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "empowerment" ADD CONSTRAINT "empowerment_by_user_id_user_id_fk" FOREIGN KEY ("by_user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "empowerment" ADD CONSTRAINT "empowerment_approved_by_user_id_user_id_fk" FOREIGN KEY ("approved_by_user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "empowerment" ADD CONSTRAINT "empowerment_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "empowerment_user" ON "empowerment" USING btree ("user_id","role_name");--> statement-breakpoint
ALTER TABLE "entitlement_request" ADD CONSTRAINT "entitlement_request_proposed_by_user_id_user_id_fk" FOREIGN KEY ("proposed_by_user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
-- Who granted what is only ever added to: else a chain could be hidden by revoking its links.
CREATE FUNCTION empowerment_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'Rows of empowerment cannot be changed or deleted.' USING errcode = 'insufficient_privilege';
END
$$;
--> statement-breakpoint
CREATE TRIGGER empowerment_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON empowerment FOR EACH STATEMENT EXECUTE FUNCTION empowerment_refuse_change();
