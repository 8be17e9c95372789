CREATE TABLE "kyc_status_proposal" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"bank_id" text collate "C" NOT NULL,
	"customer_id" text collate "C" NOT NULL,
	"ok" boolean NOT NULL,
	"date" timestamp (3) with time zone NOT NULL,
	"state" text collate "C" NOT NULL,
	"proposed_by_user_id" text collate "C" NOT NULL,
	"decided_by_user_id" text collate "C",
	"decided_at" timestamp (3) with time zone,
	"decision_reason" text collate "C",
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"version" integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
ALTER TABLE "bank" ADD COLUMN "kyc_four_eyes" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "kyc_status_proposal" ADD CONSTRAINT "kyc_status_proposal_proposed_by_user_id_user_id_fk" FOREIGN KEY ("proposed_by_user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "kyc_status_proposal" ADD CONSTRAINT "kyc_status_proposal_decided_by_user_id_user_id_fk" FOREIGN KEY ("decided_by_user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "kyc_status_proposal" ADD CONSTRAINT "kyc_status_proposal_bank_id_customer_id_customer_bank_id_id_fk" FOREIGN KEY ("bank_id","customer_id") REFERENCES "public"."customer"("bank_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "kyc_status_proposal_open" ON "kyc_status_proposal" USING btree ("customer_id","date","ok") WHERE state = 'PROPOSED';--> statement-breakpoint
CREATE INDEX "kyc_status_proposal_customer" ON "kyc_status_proposal" USING btree ("customer_id","state","created_at","id");