import { defineConfig } from 'drizzle-kit';

process.env.DATABASE_URL = 'file:unused.db';

export default defineConfig({ dialect: 'sqlite', schema: './src/**/*.table.ts', out: './drizzle/sqlite' });
