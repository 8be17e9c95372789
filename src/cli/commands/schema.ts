import type { Command } from 'commander';

export function addSchemaCommands(program: Command): void {
  const schema = program.command('schema').description('Inspect the GraphQL schema.');

  schema
    .command('print')
    .description('Print the schema with its directives, in the format of schema/schema.graphql.')
    .action(async () => {
      const { printedSchema } = await import('../../schema.ts');
      process.stdout.write(await printedSchema());
    });

  schema
    .command('access')
    .description('Print the access rule of each field as JSON, in the format of schema/access.json.')
    .action(async () => {
      const { printedAccessRules } = await import('../../schema.ts');
      process.stdout.write(await printedAccessRules());
    });
}
