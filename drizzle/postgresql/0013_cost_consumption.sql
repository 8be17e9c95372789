CREATE TABLE "cost_consumption" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"full_at" bigint NOT NULL
);
