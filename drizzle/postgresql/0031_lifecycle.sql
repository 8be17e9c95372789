CREATE TABLE "legal_hold" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"bank_id" text collate "C" NOT NULL,
	"customer_id" text collate "C" NOT NULL,
	"reason" text collate "C" NOT NULL,
	"set_at" timestamp (3) with time zone NOT NULL,
	"set_by_user_id" text collate "C" NOT NULL,
	"lifted_at" timestamp (3) with time zone,
	"lifted_by_user_id" text collate "C",
	"lift_reason" text collate "C"
);
--> statement-breakpoint
ALTER TABLE "customer" ADD COLUMN "customer_type" text collate "C" DEFAULT 'RETAIL' NOT NULL;--> statement-breakpoint
ALTER TABLE "customer" ADD COLUMN "registration_number" text collate "C";--> statement-breakpoint
ALTER TABLE "customer" ADD COLUMN "incorporation_date" date;--> statement-breakpoint
ALTER TABLE "customer" ADD COLUMN "legal_form" text collate "C";--> statement-breakpoint
ALTER TABLE "customer" ADD COLUMN "closed_on" date;--> statement-breakpoint
ALTER TABLE "customer" ADD COLUMN "closing_reason" text collate "C";--> statement-breakpoint
ALTER TABLE "customer" ADD COLUMN "closed_by_user_id" text collate "C";--> statement-breakpoint
ALTER TABLE "customer" ADD COLUMN "closed_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "legal_hold" ADD CONSTRAINT "legal_hold_set_by_user_id_user_id_fk" FOREIGN KEY ("set_by_user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "legal_hold" ADD CONSTRAINT "legal_hold_lifted_by_user_id_user_id_fk" FOREIGN KEY ("lifted_by_user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "legal_hold" ADD CONSTRAINT "legal_hold_bank_id_customer_id_customer_bank_id_id_fk" FOREIGN KEY ("bank_id","customer_id") REFERENCES "public"."customer"("bank_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "legal_hold_customer" ON "legal_hold" USING btree ("customer_id","set_at","id");--> statement-breakpoint
CREATE INDEX "legal_hold_in_force" ON "legal_hold" USING btree ("bank_id","set_at","id") WHERE lifted_at is null;--> statement-breakpoint
ALTER TABLE "customer" ADD CONSTRAINT "customer_closed_by_user_id_user_id_fk" FOREIGN KEY ("closed_by_user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "customer_bank_closed" ON "customer" USING btree ("bank_id","closed_on","id") WHERE closed_on is not null;