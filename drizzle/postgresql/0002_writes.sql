CREATE TABLE "idempotency_key" (
	"user_id" text collate "C" NOT NULL,
	"key" text collate "C" NOT NULL,
	"field" text collate "C" NOT NULL,
	"arguments_hash" text collate "C" NOT NULL,
	"written" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "idempotency_key_user_id_key_pk" PRIMARY KEY("user_id","key")
);
--> statement-breakpoint
ALTER TABLE "kyc_check" ADD COLUMN "retracted_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "kyc_check" ADD COLUMN "retracted_by_user_id" text collate "C";--> statement-breakpoint
ALTER TABLE "kyc_check" ADD COLUMN "retraction_reason" text collate "C";--> statement-breakpoint
ALTER TABLE "kyc_document" ADD COLUMN "retracted_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "kyc_document" ADD COLUMN "retracted_by_user_id" text collate "C";--> statement-breakpoint
ALTER TABLE "kyc_document" ADD COLUMN "retraction_reason" text collate "C";--> statement-breakpoint
ALTER TABLE "kyc_media" ADD COLUMN "retracted_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "kyc_media" ADD COLUMN "retracted_by_user_id" text collate "C";--> statement-breakpoint
ALTER TABLE "kyc_media" ADD COLUMN "retraction_reason" text collate "C";--> statement-breakpoint
ALTER TABLE "meeting" ADD COLUMN "cancelled_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "social_media_handle" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "idempotency_key" ADD CONSTRAINT "idempotency_key_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idempotency_key_created" ON "idempotency_key" USING btree ("created_at");--> statement-breakpoint
ALTER TABLE "kyc_check" ADD CONSTRAINT "kyc_check_retracted_by_user_id_user_id_fk" FOREIGN KEY ("retracted_by_user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "kyc_document" ADD CONSTRAINT "kyc_document_retracted_by_user_id_user_id_fk" FOREIGN KEY ("retracted_by_user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "kyc_media" ADD CONSTRAINT "kyc_media_retracted_by_user_id_user_id_fk" FOREIGN KEY ("retracted_by_user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;