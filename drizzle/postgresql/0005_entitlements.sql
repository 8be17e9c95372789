CREATE TABLE "entitlement_request" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"user_id" text collate "C" NOT NULL,
	"role_name" text collate "C" NOT NULL,
	"bank_id" text collate "C",
	"reason" text collate "C" NOT NULL,
	"state" text collate "C" NOT NULL,
	"decided_by_user_id" text collate "C",
	"decided_at" timestamp (3) with time zone,
	"decision_reason" text collate "C",
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"version" integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
ALTER TABLE "entitlement" ADD COLUMN "expires_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "entitlement_request" ADD CONSTRAINT "entitlement_request_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "entitlement_request" ADD CONSTRAINT "entitlement_request_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "entitlement_request" ADD CONSTRAINT "entitlement_request_decided_by_user_id_user_id_fk" FOREIGN KEY ("decided_by_user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "entitlement_request_open_at_bank" ON "entitlement_request" USING btree ("user_id","role_name","bank_id") WHERE state = 'REQUESTED';--> statement-breakpoint
CREATE UNIQUE INDEX "entitlement_request_open" ON "entitlement_request" USING btree ("user_id","role_name") WHERE state = 'REQUESTED' and bank_id is null;--> statement-breakpoint
CREATE INDEX "entitlement_request_newest" ON "entitlement_request" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "entitlement_request_bank" ON "entitlement_request" USING btree ("bank_id","created_at","id");--> statement-breakpoint
CREATE INDEX "entitlement_request_user" ON "entitlement_request" USING btree ("user_id","created_at","id");