import type { Command } from 'commander';

export function addSchemaCommands(program: Command): void {
  program
    .command('schema')
    .description('Inspect the GraphQL schema.')
    .command('print')
    .description('Print the schema with its directives, in the format of schema/schema.graphql.')
    .action(async () => {
      const { printedSchema } = await import('../../schema.ts');
      process.stdout.write(await printedSchema());
    });
}
