CREATE TABLE "audit_chain" (
	"number" integer PRIMARY KEY NOT NULL,
	"id" text collate "C" NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"key_id" text collate "C" NOT NULL,
	"known_seals" text collate "C" NOT NULL,
	"mac" text collate "C" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_checkpoint" (
	"chain" integer NOT NULL,
	"sequence" bigint NOT NULL,
	"seal_number" bigint NOT NULL,
	"head" text collate "C" NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"mac" text collate "C" NOT NULL,
	CONSTRAINT "audit_checkpoint_chain_sequence_pk" PRIMARY KEY("chain","sequence")
);
--> statement-breakpoint
CREATE TABLE "audit_event" (
	"chain" integer NOT NULL,
	"sequence" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"bank_id" text collate "C",
	"user_id" text collate "C",
	"event" text collate "C" NOT NULL,
	"mac" text collate "C" NOT NULL,
	CONSTRAINT "audit_event_chain_sequence_pk" PRIMARY KEY("chain","sequence")
);
--> statement-breakpoint
CREATE TABLE "audit_event_customer" (
	"customer_id" text collate "C" NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"chain" integer NOT NULL,
	"sequence" bigint NOT NULL,
	CONSTRAINT "audit_event_customer_customer_id_at_chain_sequence_pk" PRIMARY KEY("customer_id","at","chain","sequence")
);
--> statement-breakpoint
CREATE TABLE "audit_seal" (
	"chain" integer NOT NULL,
	"number" bigint NOT NULL,
	"sequence" bigint NOT NULL,
	"head" text collate "C" NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"is_last" boolean NOT NULL,
	"mac" text collate "C" NOT NULL,
	CONSTRAINT "audit_seal_chain_number_pk" PRIMARY KEY("chain","number")
);
--> statement-breakpoint
ALTER TABLE "bank" ADD COLUMN "kyc_reason_required" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "bank" ADD COLUMN "retention_days" integer;--> statement-breakpoint
ALTER TABLE "audit_checkpoint" ADD CONSTRAINT "audit_checkpoint_chain_audit_chain_number_fk" FOREIGN KEY ("chain") REFERENCES "public"."audit_chain"("number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit_event" ADD CONSTRAINT "audit_event_chain_audit_chain_number_fk" FOREIGN KEY ("chain") REFERENCES "public"."audit_chain"("number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit_seal" ADD CONSTRAINT "audit_seal_chain_audit_chain_number_fk" FOREIGN KEY ("chain") REFERENCES "public"."audit_chain"("number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_event_by_bank" ON "audit_event" USING btree ("bank_id","at","chain","sequence");--> statement-breakpoint
CREATE INDEX "audit_event_by_user" ON "audit_event" USING btree ("user_id","at","chain","sequence");--> statement-breakpoint
CREATE INDEX "audit_event_by_time" ON "audit_event" USING btree ("at","chain","sequence");--> statement-breakpoint
CREATE INDEX "audit_seal_by_time" ON "audit_seal" USING btree ("at");