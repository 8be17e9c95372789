import { defineConfig } from 'drizzle-kit';

process.env.DATABASE_URL = 'postgres://unused';

export default defineConfig({
  dialect: 'postgresql',
  schema: './src/**/*.table.ts',
  out: './drizzle/postgresql',
});
