CREATE TABLE "login_attempt" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"username_hash" text collate "C" NOT NULL,
	"failures" integer NOT NULL,
	"last_attempt_at" timestamp (3) with time zone NOT NULL,
	"locked_until" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "user" ADD COLUMN "awaits_email_validation" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "login_attempt_username" ON "login_attempt" USING btree ("username_hash");--> statement-breakpoint
CREATE INDEX "login_attempt_last" ON "login_attempt" USING btree ("last_attempt_at");--> statement-breakpoint
CREATE INDEX "login_attempt_failures" ON "login_attempt" USING btree ("failures","last_attempt_at");