DROP INDEX "kyc_status_proposal_customer";--> statement-breakpoint
ALTER TABLE "kyc_check" ADD COLUMN "recorded_by_user_id" text collate "C";--> statement-breakpoint
ALTER TABLE "kyc_document" ADD COLUMN "recorded_by_user_id" text collate "C";--> statement-breakpoint
ALTER TABLE "kyc_media" ADD COLUMN "recorded_by_user_id" text collate "C";--> statement-breakpoint
ALTER TABLE "kyc_media" ADD COLUMN "sha256" text collate "C";--> statement-breakpoint
ALTER TABLE "kyc_media" ADD COLUMN "content_type" text collate "C";--> statement-breakpoint
ALTER TABLE "kyc_media" ADD COLUMN "bytes" integer;--> statement-breakpoint
ALTER TABLE "kyc_status_proposal" ADD COLUMN "reason" text collate "C";--> statement-breakpoint
ALTER TABLE "kyc_status" ADD COLUMN "recorded_by_user_id" text collate "C";--> statement-breakpoint
ALTER TABLE "kyc_status" ADD COLUMN "reason" text collate "C";--> statement-breakpoint
ALTER TABLE "kyc_status" ADD COLUMN "proposal_id" text collate "C";--> statement-breakpoint
ALTER TABLE "kyc_check" ADD CONSTRAINT "kyc_check_recorded_by_user_id_user_id_fk" FOREIGN KEY ("recorded_by_user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "kyc_document" ADD CONSTRAINT "kyc_document_recorded_by_user_id_user_id_fk" FOREIGN KEY ("recorded_by_user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "kyc_media" ADD CONSTRAINT "kyc_media_recorded_by_user_id_user_id_fk" FOREIGN KEY ("recorded_by_user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "kyc_status" ADD CONSTRAINT "kyc_status_recorded_by_user_id_user_id_fk" FOREIGN KEY ("recorded_by_user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "kyc_status" ADD CONSTRAINT "kyc_status_proposal_id_kyc_status_proposal_id_fk" FOREIGN KEY ("proposal_id") REFERENCES "public"."kyc_status_proposal"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "kyc_document_bank_expiry" ON "kyc_document" USING btree ("bank_id","expiry_date","customer_id","id") WHERE retracted_at is null and expiry_date is not null;--> statement-breakpoint
CREATE INDEX "kyc_status_proposal_bank" ON "kyc_status_proposal" USING btree ("bank_id","created_at","id");--> statement-breakpoint
CREATE INDEX "kyc_status_proposal_bank_state" ON "kyc_status_proposal" USING btree ("bank_id","state","created_at","id");--> statement-breakpoint
CREATE INDEX "kyc_status_proposal_reference" ON "kyc_status" USING btree ("proposal_id") WHERE proposal_id is not null;--> statement-breakpoint
CREATE INDEX "kyc_status_proposal_customer" ON "kyc_status_proposal" USING btree ("customer_id","created_at","id");