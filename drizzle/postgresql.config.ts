import { defineConfig } from 'drizzle-kit';

process.env.DATABASE_URL = 'postgres://unused';

export default defineConfig({
  dialect: 'postgresql',
  schema: './src/domain/**/*.table.ts',
  out: './drizzle/postgresql',
});
