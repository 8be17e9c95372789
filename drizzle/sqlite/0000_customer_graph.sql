CREATE TABLE `account_attribute` (
	`id` text PRIMARY KEY NOT NULL,
	`bank_id` text NOT NULL,
	`account_id` text NOT NULL,
	`product_code` text,
	`contract_code` text,
	`name` text NOT NULL,
	`type` text NOT NULL,
	`value` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	FOREIGN KEY (`bank_id`,`account_id`) REFERENCES `account`(`bank_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `account_attribute_account` ON `account_attribute` (`bank_id`,`account_id`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `account_holder` (
	`bank_id` text NOT NULL,
	`account_id` text NOT NULL,
	`user_id` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`bank_id`, `account_id`, `user_id`),
	FOREIGN KEY (`user_id`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`bank_id`,`account_id`) REFERENCES `account`(`bank_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `account_holder_user` ON `account_holder` (`user_id`,`bank_id`,`account_id`);--> statement-breakpoint
CREATE TABLE `account_routing` (
	`bank_id` text NOT NULL,
	`account_id` text NOT NULL,
	`scheme` text NOT NULL,
	`address` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`bank_id`, `account_id`, `scheme`),
	FOREIGN KEY (`bank_id`,`account_id`) REFERENCES `account`(`bank_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `account_routing_address_unique` ON `account_routing` (`bank_id`,`scheme`,`address`);--> statement-breakpoint
CREATE TABLE `account` (
	`bank_id` text NOT NULL,
	`id` text NOT NULL,
	`label` text,
	`number` text,
	`product_code` text,
	`balance_currency` text,
	`balance_amount` text,
	`branch_id` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	PRIMARY KEY(`bank_id`, `id`),
	FOREIGN KEY (`bank_id`) REFERENCES `bank`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `customer_account_link` (
	`id` text PRIMARY KEY NOT NULL,
	`bank_id` text NOT NULL,
	`customer_id` text NOT NULL,
	`account_id` text NOT NULL,
	`relationship_type` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	FOREIGN KEY (`bank_id`,`customer_id`) REFERENCES `customer`(`bank_id`,`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`bank_id`,`account_id`) REFERENCES `account`(`bank_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `customer_account_link_customer` ON `customer_account_link` (`customer_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `customer_account_link_account` ON `customer_account_link` (`bank_id`,`account_id`,`created_at`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `customer_account_link_pair_unique` ON `customer_account_link` (`customer_id`,`account_id`);--> statement-breakpoint
CREATE TABLE `customer_address` (
	`id` text PRIMARY KEY NOT NULL,
	`bank_id` text NOT NULL,
	`customer_id` text NOT NULL,
	`line_1` text NOT NULL,
	`line_2` text,
	`line_3` text,
	`city` text NOT NULL,
	`county` text,
	`state` text,
	`postcode` text NOT NULL,
	`country_code` text NOT NULL,
	`tags` text NOT NULL,
	`status` text,
	`insert_date` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	FOREIGN KEY (`bank_id`,`customer_id`) REFERENCES `customer`(`bank_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `customer_address_customer` ON `customer_address` (`customer_id`,`insert_date`,`id`);--> statement-breakpoint
CREATE TABLE `attribute_definition` (
	`id` text PRIMARY KEY NOT NULL,
	`bank_id` text NOT NULL,
	`name` text NOT NULL,
	`category` text NOT NULL,
	`type` text NOT NULL,
	`description` text,
	`alias` text,
	`can_be_seen_on_views` text NOT NULL,
	`is_active` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	FOREIGN KEY (`bank_id`) REFERENCES `bank`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `attribute_definition_name_unique` ON `attribute_definition` (`bank_id`,`category`,`name`);--> statement-breakpoint
CREATE TABLE `customer_attribute` (
	`id` text PRIMARY KEY NOT NULL,
	`bank_id` text NOT NULL,
	`customer_id` text NOT NULL,
	`name` text NOT NULL,
	`type` text NOT NULL,
	`value` text NOT NULL,
	`value_search` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	FOREIGN KEY (`bank_id`,`customer_id`) REFERENCES `customer`(`bank_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `customer_attribute_customer` ON `customer_attribute` (`customer_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `customer_attribute_value` ON `customer_attribute` (`name`,`value_search`,`bank_id`,`customer_id`);--> statement-breakpoint
CREATE TABLE `bank` (
	`id` text PRIMARY KEY NOT NULL,
	`short_name` text,
	`full_name` text,
	`logo_url` text,
	`website_url` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`version` integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE TABLE `crm_event` (
	`id` text PRIMARY KEY NOT NULL,
	`bank_id` text NOT NULL,
	`customer_id` text,
	`customer_name` text,
	`customer_number` text,
	`category` text NOT NULL,
	`detail` text,
	`channel` text,
	`scheduled_date` integer,
	`actual_date` integer,
	`result` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`bank_id`) REFERENCES `bank`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`bank_id`,`customer_id`) REFERENCES `customer`(`bank_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `crm_event_bank` ON `crm_event` (`bank_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `crm_event_customer` ON `crm_event` (`customer_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `crm_event_customer_number` ON `crm_event` (`bank_id`,`customer_number`);--> statement-breakpoint
CREATE TABLE `customer` (
	`row_number` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`bank_id` text NOT NULL,
	`customer_number` text NOT NULL,
	`legal_name` text NOT NULL,
	`legal_name_search` text NOT NULL,
	`mobile_phone_number` text NOT NULL,
	`mobile_phone_number_e164` text,
	`email` text,
	`email_search` text,
	`face_image_url` text,
	`face_image_date` integer,
	`date_of_birth` text,
	`relationship_status` text,
	`dependants` integer,
	`dob_of_dependants` text NOT NULL,
	`credit_rating` text,
	`credit_source` text,
	`credit_limit_currency` text,
	`credit_limit_amount` text,
	`highest_education_attained` text,
	`employment_status` text,
	`kyc_status` integer DEFAULT false NOT NULL,
	`last_ok_date` integer,
	`last_ok_date_order` integer NOT NULL,
	`title` text,
	`branch_id` text,
	`name_suffix` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	FOREIGN KEY (`bank_id`) REFERENCES `bank`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `customer_bank_last_ok` ON `customer` (`bank_id`,`last_ok_date_order`,`id`);--> statement-breakpoint
CREATE INDEX `customer_bank_created` ON `customer` (`bank_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `customer_bank_kyc_status` ON `customer` (`bank_id`,`kyc_status`,`last_ok_date_order`,`id`);--> statement-breakpoint
CREATE INDEX `customer_bank_branch` ON `customer` (`bank_id`,`branch_id`,`last_ok_date_order`,`id`);--> statement-breakpoint
CREATE INDEX `customer_bank_updated` ON `customer` (`bank_id`,`updated_at`,`id`);--> statement-breakpoint
CREATE INDEX `customer_last_ok` ON `customer` (`last_ok_date_order`,`id`);--> statement-breakpoint
CREATE INDEX `customer_created` ON `customer` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `customer_number` ON `customer` (`customer_number`,`id`);--> statement-breakpoint
CREATE INDEX `customer_legal_name` ON `customer` (`legal_name_search`,`id`);--> statement-breakpoint
CREATE INDEX `customer_email` ON `customer` (`email_search`,`id`);--> statement-breakpoint
CREATE INDEX `customer_phone` ON `customer` (`mobile_phone_number_e164`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `customer_id_unique` ON `customer` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `customer_bank_id_unique` ON `customer` (`bank_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `customer_number_unique` ON `customer` (`bank_id`,`customer_number`);--> statement-breakpoint
CREATE TABLE `kyc_check` (
	`customer_id` text NOT NULL,
	`id` text NOT NULL,
	`bank_id` text NOT NULL,
	`date` integer NOT NULL,
	`how` text NOT NULL,
	`staff_user_id` text,
	`staff_name` text,
	`satisfied` integer NOT NULL,
	`comments` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`customer_id`, `id`),
	FOREIGN KEY (`bank_id`,`customer_id`) REFERENCES `customer`(`bank_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `kyc_check_customer` ON `kyc_check` (`customer_id`,`date`,`id`);--> statement-breakpoint
CREATE TABLE `kyc_document` (
	`customer_id` text NOT NULL,
	`id` text NOT NULL,
	`bank_id` text NOT NULL,
	`type` text NOT NULL,
	`number` text NOT NULL,
	`issue_date` text,
	`issue_place` text,
	`expiry_date` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`customer_id`, `id`),
	FOREIGN KEY (`bank_id`,`customer_id`) REFERENCES `customer`(`bank_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `kyc_document_customer` ON `kyc_document` (`customer_id`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `kyc_media` (
	`customer_id` text NOT NULL,
	`id` text NOT NULL,
	`bank_id` text NOT NULL,
	`type` text NOT NULL,
	`url` text NOT NULL,
	`date` integer NOT NULL,
	`relates_to_kyc_document_id` text,
	`relates_to_kyc_check_id` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`customer_id`, `id`),
	FOREIGN KEY (`bank_id`,`customer_id`) REFERENCES `customer`(`bank_id`,`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`customer_id`,`relates_to_kyc_document_id`) REFERENCES `kyc_document`(`customer_id`,`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`customer_id`,`relates_to_kyc_check_id`) REFERENCES `kyc_check`(`customer_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `kyc_media_customer` ON `kyc_media` (`customer_id`,`date`,`id`);--> statement-breakpoint
CREATE INDEX `kyc_media_document` ON `kyc_media` (`customer_id`,`relates_to_kyc_document_id`,`date`,`id`);--> statement-breakpoint
CREATE INDEX `kyc_media_check` ON `kyc_media` (`customer_id`,`relates_to_kyc_check_id`);--> statement-breakpoint
CREATE TABLE `kyc_status` (
	`id` text PRIMARY KEY NOT NULL,
	`bank_id` text NOT NULL,
	`customer_id` text NOT NULL,
	`ok` integer NOT NULL,
	`date` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`bank_id`,`customer_id`) REFERENCES `customer`(`bank_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `kyc_status_customer` ON `kyc_status` (`customer_id`,`date`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `kyc_status_unique` ON `kyc_status` (`customer_id`,`date`,`ok`);--> statement-breakpoint
CREATE TABLE `meeting_invitee` (
	`meeting_id` text NOT NULL,
	`position` integer NOT NULL,
	`name` text NOT NULL,
	`mobile_phone` text,
	`email_address` text,
	`user_id` text,
	`status` text,
	PRIMARY KEY(`meeting_id`, `position`),
	FOREIGN KEY (`meeting_id`) REFERENCES `meeting`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`user_id`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `meeting_invitee_user` ON `meeting_invitee` (`user_id`);--> statement-breakpoint
CREATE INDEX `meeting_invitee_email` ON `meeting_invitee` (`email_address`);--> statement-breakpoint
CREATE TABLE `meeting` (
	`id` text PRIMARY KEY NOT NULL,
	`bank_id` text NOT NULL,
	`customer_id` text,
	`provider_id` text NOT NULL,
	`purpose_id` text NOT NULL,
	`when` integer NOT NULL,
	`session_id` text,
	`creator_user_id` text,
	`creator_name` text,
	`creator_mobile_phone` text,
	`creator_email_address` text,
	`staff_user_id` text,
	`customer_user_id` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	FOREIGN KEY (`bank_id`) REFERENCES `bank`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`creator_user_id`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`staff_user_id`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`customer_user_id`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`bank_id`,`customer_id`) REFERENCES `customer`(`bank_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `meeting_bank` ON `meeting` (`bank_id`,`when`,`id`);--> statement-breakpoint
CREATE INDEX `meeting_customer` ON `meeting` (`customer_id`,`when`,`id`);--> statement-breakpoint
CREATE INDEX `meeting_creator` ON `meeting` (`creator_user_id`,`bank_id`);--> statement-breakpoint
CREATE INDEX `meeting_staff_user` ON `meeting` (`staff_user_id`,`bank_id`);--> statement-breakpoint
CREATE INDEX `meeting_customer_user` ON `meeting` (`customer_user_id`,`bank_id`);--> statement-breakpoint
CREATE TABLE `customer_message` (
	`id` text PRIMARY KEY NOT NULL,
	`bank_id` text NOT NULL,
	`customer_id` text NOT NULL,
	`date` integer NOT NULL,
	`transport` text,
	`message` text NOT NULL,
	`from_department` text NOT NULL,
	`from_person` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`bank_id`,`customer_id`) REFERENCES `customer`(`bank_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `customer_message_customer` ON `customer_message` (`customer_id`,`date`,`id`);--> statement-breakpoint
CREATE TABLE `social_media_handle` (
	`id` text PRIMARY KEY NOT NULL,
	`bank_id` text NOT NULL,
	`customer_id` text NOT NULL,
	`type` text NOT NULL,
	`handle` text NOT NULL,
	`date_added` integer,
	`date_activated` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`bank_id`,`customer_id`) REFERENCES `customer`(`bank_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `social_media_handle_customer` ON `social_media_handle` (`customer_id`,`created_at`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `social_media_handle_unique` ON `social_media_handle` (`customer_id`,`type`,`handle`);--> statement-breakpoint
CREATE TABLE `tax_residence` (
	`id` text PRIMARY KEY NOT NULL,
	`bank_id` text NOT NULL,
	`customer_id` text NOT NULL,
	`domain` text NOT NULL,
	`tax_number` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	FOREIGN KEY (`bank_id`,`customer_id`) REFERENCES `customer`(`bank_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `tax_residence_customer` ON `tax_residence` (`customer_id`,`created_at`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `tax_residence_unique` ON `tax_residence` (`customer_id`,`domain`,`tax_number`);--> statement-breakpoint
CREATE TABLE `user_customer_link` (
	`id` text PRIMARY KEY NOT NULL,
	`bank_id` text NOT NULL,
	`customer_id` text NOT NULL,
	`user_id` text NOT NULL,
	`is_active` integer NOT NULL,
	`date_inserted` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`bank_id`,`customer_id`) REFERENCES `customer`(`bank_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `user_customer_link_customer` ON `user_customer_link` (`customer_id`,`date_inserted`,`id`);--> statement-breakpoint
CREATE INDEX `user_customer_link_user` ON `user_customer_link` (`user_id`,`date_inserted`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `user_customer_link_pair_unique` ON `user_customer_link` (`customer_id`,`user_id`);--> statement-breakpoint
CREATE TABLE `entitlement` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`role_name` text NOT NULL,
	`bank_id` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`bank_id`) REFERENCES `bank`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `entitlement_user_role_unique` ON `entitlement` (`user_id`,`role_name`) WHERE bank_id is null;--> statement-breakpoint
CREATE UNIQUE INDEX `entitlement_user_role_bank_unique` ON `entitlement` (`user_id`,`role_name`,`bank_id`);--> statement-breakpoint
CREATE TABLE `user_attribute` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`name` text NOT NULL,
	`type` text NOT NULL,
	`value` text NOT NULL,
	`insert_date` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `user_attribute_user` ON `user_attribute` (`user_id`,`insert_date`,`id`);--> statement-breakpoint
CREATE TABLE `user` (
	`id` text PRIMARY KEY NOT NULL,
	`username` text NOT NULL,
	`email` text,
	`first_name` text,
	`last_name` text,
	`provider` text NOT NULL,
	`provider_id` text NOT NULL,
	`password_hash` text,
	`is_super_admin` integer DEFAULT false NOT NULL,
	`email_validated_at` integer,
	`disabled_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`version` integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE INDEX `user_username` ON `user` (`username`,`id`);--> statement-breakpoint
CREATE INDEX `user_email` ON `user` (`email`);--> statement-breakpoint
CREATE UNIQUE INDEX `user_provider_id_unique` ON `user` (`provider`,`provider_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `user_username_unique` ON `user` (`provider`,`username`);