CREATE TABLE "registration_mail" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"mails" integer NOT NULL,
	"first_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "registration" (
	"user_id" text collate "C" PRIMARY KEY NOT NULL,
	"username" text collate "C" NOT NULL,
	"canonical_username" text collate "C" NOT NULL,
	"email" text collate "C" NOT NULL,
	"canonical_email" text collate "C" NOT NULL,
	"password_hash" text collate "C" NOT NULL,
	"first_name" text collate "C",
	"last_name" text collate "C",
	"created_by_user_id" text collate "C",
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "registration" ADD CONSTRAINT "registration_created_by_user_id_user_id_fk" FOREIGN KEY ("created_by_user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "registration_mail_first" ON "registration_mail" USING btree ("first_at");--> statement-breakpoint
CREATE INDEX "registration_username" ON "registration" USING btree ("canonical_username","created_at");--> statement-breakpoint
CREATE INDEX "registration_email" ON "registration" USING btree ("canonical_email");--> statement-breakpoint
CREATE INDEX "registration_expiry" ON "registration" USING btree ("expires_at");