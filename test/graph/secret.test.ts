import { isObjectType, parse } from 'graphql';
import { expect, test } from 'vitest';
import { selectsSecret } from '../../src/graph/secret.ts';
import { gatewaySchema } from '../../src/schema.ts';

test('every field whose name promises a secret is marked as one', async () => {
  const schema = await gatewaySchema();
  const fields = Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type))
    .flatMap((type) =>
      Object.values(type.getFields()).map((field) => ({ coordinate: `${type}.${field.name}`, field })),
    );
  const named = fields.filter(({ coordinate }) => /\.\w*(?:token|secret|password|credential)\w*$/i.test(coordinate));
  const marked = fields.filter(({ field }) => field.extensions.secret === true);

  const isMutation = (coordinate: string) => coordinate.startsWith('Mutation.');
  expect(named.map(({ coordinate }) => coordinate).filter((coordinate) => !isMutation(coordinate))).toEqual(
    marked.map(({ coordinate }) => coordinate),
  );
  expect(marked.map(({ coordinate }) => coordinate)).toContain('MeetingKeys.staffToken');
});

test('selectsSecret finds a secret below a list and in a fragment', async () => {
  const schema = await gatewaySchema();
  const of = (query: string) => selectsSecret(schema, parse(query));

  expect(of('{ myCustomers { meetings { nodes { keys { customerToken } } } } }')).toBe(true);
  expect(of('{ me { id } } fragment F on Meeting { keys { sessionId staffToken } }')).toBe(true);
  expect(of('{ myCustomers { meetings { nodes { keys { sessionId } } } } }')).toBe(false);
  expect(of('{ nothing { token } }')).toBe(false);
});
