/** The operations of schema/operations/, and the queries of the README and of the pages in docs/. */
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { getOperationAST, OperationTypeNode, parse } from 'graphql';
import type { Operation } from './cached-client.ts';

const root = join(import.meta.dirname, '../..');

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

export function isQuery({ source }: Operation): boolean {
  return getOperationAST(parse(source))?.operation === OperationTypeNode.QUERY;
}

export function shippedOperations(): Operation[] {
  const paths = globSync('schema/operations/*.graphql', { cwd: root }).sort();
  return paths.map((path) => ({ name: basename(path, '.graphql'), source: read(path) }));
}

/** Returns the queries in the blocks of GraphQL and in the bodies of requests with `curl`. */
export function documentedQueries(): Operation[] {
  const paths = ['README.md', ...globSync('docs/**/*.md', { cwd: root }).sort()];
  return paths.flatMap((path) => {
    const page = read(path);
    const blocks = [...page.matchAll(/^```graphql\n(.*?)^```/gms)].map(([, source = '']) => source);
    const bodies = [...page.matchAll(/"query":("(?:[^"\\]|\\.)*")/g)].map(([, text = '']) => String(JSON.parse(text)));
    return [...blocks, ...bodies]
      .map((source, index) => ({ name: `${path} ${getOperationAST(parse(source))?.name?.value ?? index + 1}`, source }))
      .filter(isQuery);
  });
}
