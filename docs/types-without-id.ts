/** Lists the object types without an `id` in docs/clients.md, between two comments. */
import { buildSchema, type GraphQLSchema, isIntrospectionType, isObjectType } from 'graphql';

const region = /(<!-- types without id, generated -->\n).*?(\n<!-- end -->)/s;

/** The maximum length of a line of the page. */
const lineLength = 120;

/** The types whose objects a client cache stores as a part of the object that contains them. */
export function typesWithoutId(schema: GraphQLSchema): string[] {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !isIntrospectionType(type) && !roots.includes(type))
    .filter((type) => isObjectType(type) && type.getFields().id === undefined)
    .map(({ name }) => name)
    .sort();
}

/** Returns the page with the types of the schema. */
export function withTypesWithoutId(page: string, sdl: string): string {
  if (!region.test(page)) throw new Error('docs/clients.md has no place for the types without an ID.');
  const lines = [''];
  for (const name of typesWithoutId(buildSchema(sdl))) {
    const line = `${lines.at(-1)} '${name}',`.trimStart();
    if (line.length + 2 > lineLength) lines.push(`'${name}',`);
    else lines[lines.length - 1] = line;
  }
  const list = ['```ts', 'const typesWithoutId = [', ...lines.map((line) => `  ${line}`), '];', '```'].join('\n');
  return page.replace(region, (_, begin: string, end: string) => `${begin}${list}${end}`);
}
