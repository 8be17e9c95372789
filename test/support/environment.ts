import 'reflect-metadata';
import { join } from 'node:path';
import { inject } from 'vitest';

// Set before any file of src/ is loaded, because the dialect is read from DATABASE_URL once. On SQLite, this file is
// never created: each test file creates its own database with createDatabaseUrl.
const temporaryFolder = inject('temporaryFolder');
process.env.TMPDIR = temporaryFolder;
process.env.DATABASE_URL = inject('databaseUrl') ?? `file:${join(temporaryFolder, 'never-created.db')}`;
