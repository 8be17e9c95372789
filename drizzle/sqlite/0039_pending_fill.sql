CREATE TABLE `pending_fill` (
	`name` text PRIMARY KEY NOT NULL,
	`filled_row_number` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
-- Earlier files of the migrations 0032 and 0038 have derived all values themselves.
INSERT INTO `pending_fill` (`name`)
SELECT 'kyc_gaps' WHERE EXISTS (SELECT 1 FROM customer) AND NOT EXISTS (SELECT 1 FROM kyc_gap)
UNION ALL SELECT 'kyc_states' WHERE EXISTS (
	SELECT 1 FROM customer WHERE kyc_state = 'NEVER_ASSESSED' AND (kyc_status OR last_ok_date IS NOT NULL)
);
