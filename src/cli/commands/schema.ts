import type { Command } from 'commander';

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
}
