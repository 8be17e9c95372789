import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { getOperationAST, OperationTypeNode, parse } from 'graphql';
import type { CachedClient, ClientOptions } from './cached-client.ts';

/** Apollo Client with its default cache. */
export function openApolloClient({ url, fetch }: ClientOptions): CachedClient {
  const client = new ApolloClient({ link: new HttpLink({ uri: url, fetch }), cache: new InMemoryCache() });
  return {
    async run({ source }, variables) {
      const document = parse(source);
      const isMutation = getOperationAST(document)?.operation === OperationTypeNode.MUTATION;
      const { data } = isMutation
        ? await client.mutate({ mutation: document, variables })
        : await client.query({ query: document, variables });
      return data;
    },
  };
}
