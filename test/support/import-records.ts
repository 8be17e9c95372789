import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '../../src/database/database.ts';
import { type ImportOptions, importFiles } from '../../src/import/import.ts';
import { renderProblem } from '../../src/import/report.ts';

/** Imports the records as one file, and returns its problems without the name of the file and the place of the record. */
export async function importRecords(
  database: Database,
  records: object,
  options: ImportOptions = {},
): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'import-'));
  try {
    const file = join(folder, 'file.json');
    await writeFile(file, JSON.stringify(records));
    const problems: string[] = [];
    await importFiles(database, [file], options, {
      onProblem: (problem) => problems.push(renderProblem(problem).replace(/^.*?, line .*?: /, '')),
    });
    return problems;
  } finally {
    await rm(folder, { recursive: true });
  }
}
