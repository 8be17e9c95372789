/** The interface by which the tests call a client with a cache. */

export interface Operation {
  name: string;
  source: string;
}

export type Variables = Record<string, unknown>;

export interface CachedClient {
  /** Returns the data of a query from the cache or, if parts are missing, from the gateway. Mutations are always sent. */
  run(operation: Operation, variables: Variables): Promise<unknown>;
}

export interface ClientOptions {
  /** The endpoint `/graphql`. */
  url: string;
  fetch: typeof fetch;
}

/** Returns a `fetch` that sends a token, and counts its requests. */
export function countingFetch(token: string): { fetch: typeof fetch; count(): number } {
  let requests = 0;
  return {
    fetch(input, options) {
      requests += 1;
      const headers = new Headers(options?.headers);
      headers.set('authorization', `Bearer ${token}`);
      return fetch(input, { ...options, headers });
    },
    count: () => requests,
  };
}

/** Returns data without the `__typename` that clients add to every selection. */
export function withoutTypenames(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(withoutTypenames);
  if (typeof data !== 'object' || data === null) return data;
  const fields = Object.entries(data).filter(([name]) => name !== '__typename');
  return Object.fromEntries(fields.map(([name, value]) => [name, withoutTypenames(value)]));
}
