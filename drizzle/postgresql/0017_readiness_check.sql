CREATE TABLE "readiness_check" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"filler" text collate "C" NOT NULL,
	"checked_at" timestamp (3) with time zone NOT NULL
);
