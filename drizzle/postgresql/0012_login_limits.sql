CREATE TABLE "login_network" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"username_hash" text collate "C" NOT NULL,
	"last_login_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "login_attempt" ADD COLUMN "full_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "login_network_username" ON "login_network" USING btree ("username_hash","last_login_at");--> statement-breakpoint
CREATE INDEX "login_network_last" ON "login_network" USING btree ("last_login_at");