import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { settings } from '../running.ts';

export function addDocumentsCommands(program: Command): void {
  program
    .command('documents')
    .description('Manage trusted documents.')
    .command('check')
    .description(
      'Check the documents of manifests, and print the list cost and the required roles of each operation. Exits with 1 if a document would be refused.',
    )
    .argument(
      '<files...>',
      'manifests: JSON objects with the text of each document by its ID, or operation manifests of Apollo',
    )
    .action(async (files: string[]) => {
      const { limits, introspection } = await settings();
      const { gatewaySchema } = await import('../../schema.ts');
      const { checkManifest } = await import('../document-report.ts');
      const schema = await gatewaySchema();
      let documents = 0;
      let refused = 0;
      for (const file of files) {
        const reports = checkManifest(file, await readFile(file, 'utf8'), { schema, limits, introspection });
        for (const { lines } of reports) console.log(lines.join('\n'));
        documents += reports.length;
        refused += reports.filter(({ isValid }) => !isValid).length;
      }
      console.log(`${documents} documents, ${refused} refused.`);
      if (refused > 0) process.exitCode = 1;
    });
}
