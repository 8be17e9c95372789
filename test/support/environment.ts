import 'reflect-metadata';
import { join } from 'node:path';
import { inject } from 'vitest';

// Before any file of src/ is loaded: it reads its dialect from DATABASE_URL once. On SQLite the file is never made, each
// test file makes its own with createDatabaseUrl.
const temporaryFolder = inject('temporaryFolder');
process.env.TMPDIR = temporaryFolder;
process.env.DATABASE_URL = inject('databaseUrl') ?? `file:${join(temporaryFolder, 'never-made.db')}`;
