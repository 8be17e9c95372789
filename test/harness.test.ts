import { createRequire } from 'node:module';
import { ApolloServer } from '@apollo/server';
import Database from 'better-sqlite3';
import { GraphQLSchema } from 'graphql';
import pg from 'pg';
import { buildSchema, Field, ObjectType, Query, Resolver } from 'type-graphql';
import { expect, inject, test } from 'vitest';
import { dialect } from '../src/database/dialect.ts';
import { createDatabaseUrl, dialectUnderTest } from './support/database-url.ts';

test('the tables are built for the database that the project is named after', ({ task }) => {
  expect(dialectUnderTest).toBe(task.file.projectName);
  expect(dialect).toBe(dialectUnderTest);
});

test('each database is fresh, and gone once dropped', async () => {
  const database = await createDatabaseUrl();
  const other = await createDatabaseUrl();
  await execute(other.url, 'create table bank (id text)');
  await execute(database.url, 'create table bank (id text)');
  await execute(database.url, "insert into bank values ('gringotts')");
  expect(await execute(database.url, 'select id from bank')).toEqual([{ id: 'gringotts' }]);
  expect(await execute(other.url, 'select id from bank')).toEqual([]);

  await database.drop();
  await expect(execute(database.url, 'select id from bank')).rejects.toThrow(/no such table|does not exist/);
  expect(await execute(other.url, 'select id from bank')).toEqual([]);
  await other.drop();
});

test('our files, TypeGraphQL and Apollo Server use one graphql, and legacy decorators work', async () => {
  @ObjectType()
  class Bank {
    @Field(() => String)
    name = 'Gringotts';
  }

  @Resolver()
  class BankResolver {
    @Query(() => Bank)
    bank(): Bank {
      return new Bank();
    }
  }

  const schema = await buildSchema({ resolvers: [BankResolver], validate: false });
  expect(schema).toBeInstanceOf(GraphQLSchema);
  expect(createRequire(import.meta.url)('graphql').GraphQLSchema).toBe(GraphQLSchema);

  const server = new ApolloServer({ schema });
  const response = await server.executeOperation({ query: '{ bank { name } }' });
  expect(response.body).toMatchObject({ singleResult: { data: { bank: { name: 'Gringotts' } } } });
  await server.stop();
});

test('what tests leave in their temporary folder is deleted after the run', () => {
  expect(process.env.TMPDIR).toBe(inject('temporaryFolder'));
});

async function execute(url: string, statement: string): Promise<unknown[]> {
  if (dialectUnderTest === 'sqlite') {
    const database = new Database(url.replace('file:', ''));
    try {
      const prepared = database.prepare(statement);
      return prepared.reader ? prepared.all() : [prepared.run()];
    } finally {
      database.close();
    }
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}
