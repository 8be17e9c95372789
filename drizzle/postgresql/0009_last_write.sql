CREATE TABLE "user_write" (
	"user_id" text collate "C" PRIMARY KEY NOT NULL,
	"last_write" text collate "C" NOT NULL
);
