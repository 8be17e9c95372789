CREATE TABLE "account_attribute" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"bank_id" text collate "C" NOT NULL,
	"account_id" text collate "C" NOT NULL,
	"product_code" text collate "C",
	"contract_code" text collate "C",
	"name" text collate "C" NOT NULL,
	"type" text collate "C" NOT NULL,
	"value" text collate "C" NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"version" integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "account_holder" (
	"bank_id" text collate "C" NOT NULL,
	"account_id" text collate "C" NOT NULL,
	"user_id" text collate "C" NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "account_holder_bank_id_account_id_user_id_pk" PRIMARY KEY("bank_id","account_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "account_routing" (
	"bank_id" text collate "C" NOT NULL,
	"account_id" text collate "C" NOT NULL,
	"scheme" text collate "C" NOT NULL,
	"address" text collate "C" NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "account_routing_bank_id_account_id_scheme_pk" PRIMARY KEY("bank_id","account_id","scheme"),
	CONSTRAINT "account_routing_address_unique" UNIQUE("bank_id","scheme","address")
);
--> statement-breakpoint
CREATE TABLE "account" (
	"bank_id" text collate "C" NOT NULL,
	"id" text collate "C" NOT NULL,
	"label" text collate "C",
	"number" text collate "C",
	"product_code" text collate "C",
	"balance_currency" text collate "C",
	"balance_amount" numeric,
	"branch_id" text collate "C",
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "account_bank_id_id_pk" PRIMARY KEY("bank_id","id")
);
--> statement-breakpoint
CREATE TABLE "customer_account_link" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"bank_id" text collate "C" NOT NULL,
	"customer_id" text collate "C" NOT NULL,
	"account_id" text collate "C" NOT NULL,
	"relationship_type" text collate "C" NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "customer_account_link_pair_unique" UNIQUE("customer_id","account_id")
);
--> statement-breakpoint
CREATE TABLE "customer_address" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"bank_id" text collate "C" NOT NULL,
	"customer_id" text collate "C" NOT NULL,
	"line_1" text collate "C" NOT NULL,
	"line_2" text collate "C",
	"line_3" text collate "C",
	"city" text collate "C" NOT NULL,
	"county" text collate "C",
	"state" text collate "C",
	"postcode" text collate "C" NOT NULL,
	"country_code" text collate "C" NOT NULL,
	"tags" jsonb NOT NULL,
	"status" text collate "C",
	"insert_date" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"version" integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "attribute_definition" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"bank_id" text collate "C" NOT NULL,
	"name" text collate "C" NOT NULL,
	"category" text collate "C" NOT NULL,
	"type" text collate "C" NOT NULL,
	"description" text collate "C",
	"alias" text collate "C",
	"can_be_seen_on_views" jsonb NOT NULL,
	"is_active" boolean NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "attribute_definition_name_unique" UNIQUE("bank_id","category","name")
);
--> statement-breakpoint
CREATE TABLE "customer_attribute" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"bank_id" text collate "C" NOT NULL,
	"customer_id" text collate "C" NOT NULL,
	"name" text collate "C" NOT NULL,
	"type" text collate "C" NOT NULL,
	"value" text collate "C" NOT NULL,
	"value_search" text collate "C" NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"version" integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "bank" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"short_name" text collate "C",
	"full_name" text collate "C",
	"logo_url" text collate "C",
	"website_url" text collate "C",
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"version" integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "crm_event" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"bank_id" text collate "C" NOT NULL,
	"customer_id" text collate "C",
	"customer_name" text collate "C",
	"customer_number" text collate "C",
	"category" text collate "C" NOT NULL,
	"detail" text collate "C",
	"channel" text collate "C",
	"scheduled_date" timestamp (3) with time zone,
	"actual_date" timestamp (3) with time zone,
	"result" text collate "C",
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "customer" (
	"row_number" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "customer_row_number_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"id" text collate "C" NOT NULL,
	"bank_id" text collate "C" NOT NULL,
	"customer_number" text collate "C" NOT NULL,
	"legal_name" text collate "C" NOT NULL,
	"legal_name_search" text collate "C" NOT NULL,
	"mobile_phone_number" text collate "C" NOT NULL,
	"mobile_phone_number_e164" text collate "C",
	"email" text collate "C",
	"email_search" text collate "C",
	"face_image_url" text collate "C",
	"face_image_date" timestamp (3) with time zone,
	"date_of_birth" date,
	"relationship_status" text collate "C",
	"dependants" integer,
	"dob_of_dependants" jsonb NOT NULL,
	"credit_rating" text collate "C",
	"credit_source" text collate "C",
	"credit_limit_currency" text collate "C",
	"credit_limit_amount" numeric,
	"highest_education_attained" text collate "C",
	"employment_status" text collate "C",
	"kyc_status" boolean DEFAULT false NOT NULL,
	"last_ok_date" timestamp (3) with time zone,
	"last_ok_date_order" timestamp (3) with time zone NOT NULL,
	"title" text collate "C",
	"branch_id" text collate "C",
	"name_suffix" text collate "C",
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "customer_id_unique" UNIQUE("id"),
	CONSTRAINT "customer_bank_id_unique" UNIQUE("bank_id","id"),
	CONSTRAINT "customer_number_unique" UNIQUE("bank_id","customer_number")
);
--> statement-breakpoint
CREATE TABLE "kyc_check" (
	"customer_id" text collate "C" NOT NULL,
	"id" text collate "C" NOT NULL,
	"bank_id" text collate "C" NOT NULL,
	"date" timestamp (3) with time zone NOT NULL,
	"how" text collate "C" NOT NULL,
	"staff_user_id" text collate "C",
	"staff_name" text collate "C",
	"satisfied" boolean NOT NULL,
	"comments" text collate "C",
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "kyc_check_customer_id_id_pk" PRIMARY KEY("customer_id","id")
);
--> statement-breakpoint
CREATE TABLE "kyc_document" (
	"customer_id" text collate "C" NOT NULL,
	"id" text collate "C" NOT NULL,
	"bank_id" text collate "C" NOT NULL,
	"type" text collate "C" NOT NULL,
	"number" text collate "C" NOT NULL,
	"issue_date" date,
	"issue_place" text collate "C",
	"expiry_date" date,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "kyc_document_customer_id_id_pk" PRIMARY KEY("customer_id","id")
);
--> statement-breakpoint
CREATE TABLE "kyc_media" (
	"customer_id" text collate "C" NOT NULL,
	"id" text collate "C" NOT NULL,
	"bank_id" text collate "C" NOT NULL,
	"type" text collate "C" NOT NULL,
	"url" text collate "C" NOT NULL,
	"date" timestamp (3) with time zone NOT NULL,
	"relates_to_kyc_document_id" text collate "C",
	"relates_to_kyc_check_id" text collate "C",
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "kyc_media_customer_id_id_pk" PRIMARY KEY("customer_id","id")
);
--> statement-breakpoint
CREATE TABLE "kyc_status" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"bank_id" text collate "C" NOT NULL,
	"customer_id" text collate "C" NOT NULL,
	"ok" boolean NOT NULL,
	"date" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "kyc_status_unique" UNIQUE("customer_id","date","ok")
);
--> statement-breakpoint
CREATE TABLE "meeting_invitee" (
	"meeting_id" text collate "C" NOT NULL,
	"position" integer NOT NULL,
	"name" text collate "C" NOT NULL,
	"mobile_phone" text collate "C",
	"email_address" text collate "C",
	"user_id" text collate "C",
	"status" text collate "C",
	CONSTRAINT "meeting_invitee_meeting_id_position_pk" PRIMARY KEY("meeting_id","position")
);
--> statement-breakpoint
CREATE TABLE "meeting" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"bank_id" text collate "C" NOT NULL,
	"customer_id" text collate "C",
	"provider_id" text collate "C" NOT NULL,
	"purpose_id" text collate "C" NOT NULL,
	"when" timestamp (3) with time zone NOT NULL,
	"session_id" text collate "C",
	"creator_user_id" text collate "C",
	"creator_name" text collate "C",
	"creator_mobile_phone" text collate "C",
	"creator_email_address" text collate "C",
	"staff_user_id" text collate "C",
	"customer_user_id" text collate "C",
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"version" integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "customer_message" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"bank_id" text collate "C" NOT NULL,
	"customer_id" text collate "C" NOT NULL,
	"date" timestamp (3) with time zone NOT NULL,
	"transport" text collate "C",
	"message" text collate "C" NOT NULL,
	"from_department" text collate "C" NOT NULL,
	"from_person" text collate "C" NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "social_media_handle" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"bank_id" text collate "C" NOT NULL,
	"customer_id" text collate "C" NOT NULL,
	"type" text collate "C" NOT NULL,
	"handle" text collate "C" NOT NULL,
	"date_added" timestamp (3) with time zone,
	"date_activated" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "social_media_handle_unique" UNIQUE("customer_id","type","handle")
);
--> statement-breakpoint
CREATE TABLE "tax_residence" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"bank_id" text collate "C" NOT NULL,
	"customer_id" text collate "C" NOT NULL,
	"domain" text collate "C" NOT NULL,
	"tax_number" text collate "C" NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "tax_residence_unique" UNIQUE("customer_id","domain","tax_number")
);
--> statement-breakpoint
CREATE TABLE "user_customer_link" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"bank_id" text collate "C" NOT NULL,
	"customer_id" text collate "C" NOT NULL,
	"user_id" text collate "C" NOT NULL,
	"is_active" boolean NOT NULL,
	"date_inserted" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "user_customer_link_pair_unique" UNIQUE("customer_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "entitlement" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"user_id" text collate "C" NOT NULL,
	"role_name" text collate "C" NOT NULL,
	"bank_id" text collate "C",
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "entitlement_user_role_bank_unique" UNIQUE("user_id","role_name","bank_id")
);
--> statement-breakpoint
CREATE TABLE "user_attribute" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"user_id" text collate "C" NOT NULL,
	"name" text collate "C" NOT NULL,
	"type" text collate "C" NOT NULL,
	"value" text collate "C" NOT NULL,
	"insert_date" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"version" integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "user" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"username" text collate "C" NOT NULL,
	"email" text collate "C",
	"first_name" text collate "C",
	"last_name" text collate "C",
	"provider" text collate "C" NOT NULL,
	"provider_id" text collate "C" NOT NULL,
	"password_hash" text collate "C",
	"is_super_admin" boolean DEFAULT false NOT NULL,
	"email_validated_at" timestamp (3) with time zone,
	"disabled_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "user_provider_id_unique" UNIQUE("provider","provider_id"),
	CONSTRAINT "user_username_unique" UNIQUE("provider","username")
);
--> statement-breakpoint
ALTER TABLE "account_attribute" ADD CONSTRAINT "account_attribute_bank_id_account_id_account_bank_id_id_fk" FOREIGN KEY ("bank_id","account_id") REFERENCES "public"."account"("bank_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account_holder" ADD CONSTRAINT "account_holder_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account_holder" ADD CONSTRAINT "account_holder_bank_id_account_id_account_bank_id_id_fk" FOREIGN KEY ("bank_id","account_id") REFERENCES "public"."account"("bank_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account_routing" ADD CONSTRAINT "account_routing_bank_id_account_id_account_bank_id_id_fk" FOREIGN KEY ("bank_id","account_id") REFERENCES "public"."account"("bank_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account" ADD CONSTRAINT "account_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "customer_account_link" ADD CONSTRAINT "customer_account_link_bank_id_customer_id_customer_bank_id_id_fk" FOREIGN KEY ("bank_id","customer_id") REFERENCES "public"."customer"("bank_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "customer_account_link" ADD CONSTRAINT "customer_account_link_bank_id_account_id_account_bank_id_id_fk" FOREIGN KEY ("bank_id","account_id") REFERENCES "public"."account"("bank_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "customer_address" ADD CONSTRAINT "customer_address_bank_id_customer_id_customer_bank_id_id_fk" FOREIGN KEY ("bank_id","customer_id") REFERENCES "public"."customer"("bank_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attribute_definition" ADD CONSTRAINT "attribute_definition_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "customer_attribute" ADD CONSTRAINT "customer_attribute_bank_id_customer_id_customer_bank_id_id_fk" FOREIGN KEY ("bank_id","customer_id") REFERENCES "public"."customer"("bank_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "crm_event" ADD CONSTRAINT "crm_event_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "crm_event" ADD CONSTRAINT "crm_event_bank_id_customer_id_customer_bank_id_id_fk" FOREIGN KEY ("bank_id","customer_id") REFERENCES "public"."customer"("bank_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "customer" ADD CONSTRAINT "customer_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "kyc_check" ADD CONSTRAINT "kyc_check_bank_id_customer_id_customer_bank_id_id_fk" FOREIGN KEY ("bank_id","customer_id") REFERENCES "public"."customer"("bank_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "kyc_document" ADD CONSTRAINT "kyc_document_bank_id_customer_id_customer_bank_id_id_fk" FOREIGN KEY ("bank_id","customer_id") REFERENCES "public"."customer"("bank_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "kyc_media" ADD CONSTRAINT "kyc_media_bank_id_customer_id_customer_bank_id_id_fk" FOREIGN KEY ("bank_id","customer_id") REFERENCES "public"."customer"("bank_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "kyc_media" ADD CONSTRAINT "kyc_media_customer_id_relates_to_kyc_document_id_kyc_document_customer_id_id_fk" FOREIGN KEY ("customer_id","relates_to_kyc_document_id") REFERENCES "public"."kyc_document"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "kyc_media" ADD CONSTRAINT "kyc_media_customer_id_relates_to_kyc_check_id_kyc_check_customer_id_id_fk" FOREIGN KEY ("customer_id","relates_to_kyc_check_id") REFERENCES "public"."kyc_check"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "kyc_status" ADD CONSTRAINT "kyc_status_bank_id_customer_id_customer_bank_id_id_fk" FOREIGN KEY ("bank_id","customer_id") REFERENCES "public"."customer"("bank_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "meeting_invitee" ADD CONSTRAINT "meeting_invitee_meeting_id_meeting_id_fk" FOREIGN KEY ("meeting_id") REFERENCES "public"."meeting"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "meeting_invitee" ADD CONSTRAINT "meeting_invitee_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "meeting" ADD CONSTRAINT "meeting_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "meeting" ADD CONSTRAINT "meeting_creator_user_id_user_id_fk" FOREIGN KEY ("creator_user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "meeting" ADD CONSTRAINT "meeting_staff_user_id_user_id_fk" FOREIGN KEY ("staff_user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "meeting" ADD CONSTRAINT "meeting_customer_user_id_user_id_fk" FOREIGN KEY ("customer_user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "meeting" ADD CONSTRAINT "meeting_bank_id_customer_id_customer_bank_id_id_fk" FOREIGN KEY ("bank_id","customer_id") REFERENCES "public"."customer"("bank_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "customer_message" ADD CONSTRAINT "customer_message_bank_id_customer_id_customer_bank_id_id_fk" FOREIGN KEY ("bank_id","customer_id") REFERENCES "public"."customer"("bank_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "social_media_handle" ADD CONSTRAINT "social_media_handle_bank_id_customer_id_customer_bank_id_id_fk" FOREIGN KEY ("bank_id","customer_id") REFERENCES "public"."customer"("bank_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tax_residence" ADD CONSTRAINT "tax_residence_bank_id_customer_id_customer_bank_id_id_fk" FOREIGN KEY ("bank_id","customer_id") REFERENCES "public"."customer"("bank_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_customer_link" ADD CONSTRAINT "user_customer_link_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_customer_link" ADD CONSTRAINT "user_customer_link_bank_id_customer_id_customer_bank_id_id_fk" FOREIGN KEY ("bank_id","customer_id") REFERENCES "public"."customer"("bank_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "entitlement" ADD CONSTRAINT "entitlement_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "entitlement" ADD CONSTRAINT "entitlement_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_attribute" ADD CONSTRAINT "user_attribute_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "account_attribute_account" ON "account_attribute" USING btree ("bank_id","account_id","created_at","id");--> statement-breakpoint
CREATE INDEX "account_holder_user" ON "account_holder" USING btree ("user_id","bank_id","account_id");--> statement-breakpoint
CREATE INDEX "customer_account_link_customer" ON "customer_account_link" USING btree ("customer_id","created_at","id");--> statement-breakpoint
CREATE INDEX "customer_account_link_account" ON "customer_account_link" USING btree ("bank_id","account_id","created_at","id");--> statement-breakpoint
CREATE INDEX "customer_address_customer" ON "customer_address" USING btree ("customer_id","insert_date","id");--> statement-breakpoint
CREATE INDEX "customer_attribute_customer" ON "customer_attribute" USING btree ("customer_id","created_at","id");--> statement-breakpoint
CREATE INDEX "customer_attribute_value" ON "customer_attribute" USING btree ("name","value_search","bank_id","customer_id");--> statement-breakpoint
CREATE INDEX "crm_event_bank" ON "crm_event" USING btree ("bank_id","created_at","id");--> statement-breakpoint
CREATE INDEX "crm_event_customer" ON "crm_event" USING btree ("customer_id","created_at","id");--> statement-breakpoint
CREATE INDEX "crm_event_customer_number" ON "crm_event" USING btree ("bank_id","customer_number");--> statement-breakpoint
CREATE INDEX "customer_bank_last_ok" ON "customer" USING btree ("bank_id","last_ok_date_order","id");--> statement-breakpoint
CREATE INDEX "customer_bank_created" ON "customer" USING btree ("bank_id","created_at","id");--> statement-breakpoint
CREATE INDEX "customer_bank_kyc_status" ON "customer" USING btree ("bank_id","kyc_status","last_ok_date_order","id");--> statement-breakpoint
CREATE INDEX "customer_bank_branch" ON "customer" USING btree ("bank_id","branch_id","last_ok_date_order","id");--> statement-breakpoint
CREATE INDEX "customer_bank_updated" ON "customer" USING btree ("bank_id","updated_at","id");--> statement-breakpoint
CREATE INDEX "customer_last_ok" ON "customer" USING btree ("last_ok_date_order","id");--> statement-breakpoint
CREATE INDEX "customer_created" ON "customer" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "customer_number" ON "customer" USING btree ("customer_number","id");--> statement-breakpoint
CREATE INDEX "customer_legal_name" ON "customer" USING btree ("legal_name_search","id");--> statement-breakpoint
CREATE INDEX "customer_email" ON "customer" USING btree ("email_search","id");--> statement-breakpoint
CREATE INDEX "customer_phone" ON "customer" USING btree ("mobile_phone_number_e164","id");--> statement-breakpoint
CREATE INDEX "kyc_check_customer" ON "kyc_check" USING btree ("customer_id","date","id");--> statement-breakpoint
CREATE INDEX "kyc_document_customer" ON "kyc_document" USING btree ("customer_id","created_at","id");--> statement-breakpoint
CREATE INDEX "kyc_media_customer" ON "kyc_media" USING btree ("customer_id","date","id");--> statement-breakpoint
CREATE INDEX "kyc_media_document" ON "kyc_media" USING btree ("customer_id","relates_to_kyc_document_id","date","id");--> statement-breakpoint
CREATE INDEX "kyc_media_check" ON "kyc_media" USING btree ("customer_id","relates_to_kyc_check_id");--> statement-breakpoint
CREATE INDEX "kyc_status_customer" ON "kyc_status" USING btree ("customer_id","date","id");--> statement-breakpoint
CREATE INDEX "meeting_invitee_user" ON "meeting_invitee" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "meeting_invitee_email" ON "meeting_invitee" USING btree ("email_address");--> statement-breakpoint
CREATE INDEX "meeting_bank" ON "meeting" USING btree ("bank_id","when","id");--> statement-breakpoint
CREATE INDEX "meeting_customer" ON "meeting" USING btree ("customer_id","when","id");--> statement-breakpoint
CREATE INDEX "meeting_creator" ON "meeting" USING btree ("creator_user_id","bank_id");--> statement-breakpoint
CREATE INDEX "meeting_staff_user" ON "meeting" USING btree ("staff_user_id","bank_id");--> statement-breakpoint
CREATE INDEX "meeting_customer_user" ON "meeting" USING btree ("customer_user_id","bank_id");--> statement-breakpoint
CREATE INDEX "customer_message_customer" ON "customer_message" USING btree ("customer_id","date","id");--> statement-breakpoint
CREATE INDEX "social_media_handle_customer" ON "social_media_handle" USING btree ("customer_id","created_at","id");--> statement-breakpoint
CREATE INDEX "tax_residence_customer" ON "tax_residence" USING btree ("customer_id","created_at","id");--> statement-breakpoint
CREATE INDEX "user_customer_link_customer" ON "user_customer_link" USING btree ("customer_id","date_inserted","id");--> statement-breakpoint
CREATE INDEX "user_customer_link_user" ON "user_customer_link" USING btree ("user_id","date_inserted","id");--> statement-breakpoint
CREATE UNIQUE INDEX "entitlement_user_role_unique" ON "entitlement" USING btree ("user_id","role_name") WHERE bank_id is null;--> statement-breakpoint
CREATE INDEX "user_attribute_user" ON "user_attribute" USING btree ("user_id","insert_date","id");--> statement-breakpoint
CREATE INDEX "user_username" ON "user" USING btree ("username","id");--> statement-breakpoint
CREATE INDEX "user_email" ON "user" USING btree ("email");