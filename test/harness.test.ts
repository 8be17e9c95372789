import { createRequire } from 'node:module';
import { ApolloServer } from '@apollo/server';
import Database from 'better-sqlite3';
import { GraphQLSchema } from 'graphql';
import pg from 'pg';
import { buildSchema, Field, ObjectType, Query, Resolver } from 'type-graphql';
import { describe, expect, inject, test } from 'vitest';
import { dialect } from '../src/database/dialect.ts';
import { createDatabaseUrl, dialectUnderTest } from './support/database-url.ts';

describe('the test environment', () => {
  test('uses the tables of the database in the name of the project', ({ task }) => {
    expect(dialectUnderTest).toBe(task.file.projectName);
    expect(dialect).toBe(dialectUnderTest);
  });

  test('creates an empty database, and deletes it when it is dropped', async () => {
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

  test('loads a single copy of graphql for the project, TypeGraphQL, and Apollo Server, and supports legacy decorators', async () => {
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

  test('uses the temporary folder that is deleted after the run', () => {
    expect(process.env.TMPDIR).toBe(inject('temporaryFolder'));
  });
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
