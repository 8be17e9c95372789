DROP INDEX "user_email";--> statement-breakpoint
CREATE INDEX "user_email_lower" ON "user" USING btree (lower(email));