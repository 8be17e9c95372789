import { Client, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { getOperationAST, OperationTypeNode, parse } from 'graphql';
import type { CachedClient, ClientOptions } from './cached-client.ts';

interface UrqlOptions extends ClientOptions {
  /** The types of which objects have no ID. */
  typesWithoutId: readonly string[];
}

/** urql with its normalized cache. */
export function openUrqlClient({ url, fetch, typesWithoutId }: UrqlOptions): CachedClient {
  const keys = Object.fromEntries(typesWithoutId.map((name) => [name, () => null]));
  const client = new Client({
    url,
    fetch,
    preferGetMethod: false,
    exchanges: [cacheExchange({ keys }), fetchExchange],
  });
  return {
    async run({ source }, variables) {
      const isMutation = getOperationAST(parse(source))?.operation === OperationTypeNode.MUTATION;
      const { data, error } = await (isMutation ? client.mutation(source, variables) : client.query(source, variables));
      if (error !== undefined) throw error;
      return data;
    },
  };
}
