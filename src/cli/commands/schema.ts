import type { Command } from 'commander';

export function addSchemaCommands(program: Command): void {
  program
    .command('schema')
    .description('About the GraphQL schema.')
    .command('print')
    .description('Print the schema with its directives, as schema/schema.graphql holds it.')
    .action(async () => {
      const { printedSchema } = await import('../../schema.ts');
      process.stdout.write(await printedSchema());
    });
}
