import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';

interface CheckOptions {
  json: boolean;
  tokenFile?: string;
}

export function addSchemaCommands(program: Command): void {
  const schema = program.command('schema').description('Inspect the GraphQL schema.');

  schema
    .command('print')
    .description('Print the schema with its directives, in the format of schema/schema.graphql.')
    .option('--federation', 'print the subgraph for the composition of a supergraph (Federation 2) instead', false)
    .action(async ({ federation }: { federation: boolean }) => {
      const { printedSchema, printedSubgraph } = await import('../../schema.ts');
      process.stdout.write(await (federation ? printedSubgraph() : printedSchema()));
    });

  schema
    .command('access')
    .description('Print the access rule of each field as JSON, in the format of schema/access.json.')
    .action(async () => {
      const { printedAccessRules } = await import('../../schema.ts');
      process.stdout.write(await printedAccessRules());
    });

  schema
    .command('check')
    .description(
      'List the changes between two versions of the contract. Exits with 1 if a change can break clients, and with 2 if the comparison is not possible.',
    )
    .argument('<old>', 'former version: a file, the URL of a /schema.graphql, or a commit (REF or REF:PATH)')
    .argument('[new]', 'version to compare with. Defaults to the contract of this gateway')
    .option('--json', 'print the changes as JSON', false)
    .option('--token-file <file>', 'file with the bearer token that is sent to URLs')
    .action(async (before: string, after: string | undefined, { json, tokenFile }: CheckOptions) => {
      const { ComparisonImpossible, readSchema } = await import('../schema-source.ts');
      const { changesBetween, renderChanges } = await import('../schema-changes.ts');
      try {
        const token = tokenFile === undefined ? undefined : (await readFile(tokenFile, 'utf8')).trim();
        const options = { folder: process.cwd(), token };
        const changes = await changesBetween(
          await readSchema(before, options),
          await readSchema(after ?? null, options),
        );
        process.stdout.write(renderChanges(changes, { json }));
        if (changes.some(({ severity }) => severity === 'breaking')) process.exitCode = 1;
      } catch (error) {
        if (!(error instanceof ComparisonImpossible)) throw error;
        // The exit code 1 is reserved for breaking changes.
        console.error(error.message);
        process.exitCode = 2;
      }
    });
}
