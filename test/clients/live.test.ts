/** The subscriptions of real clients, as docs/clients.md shows them. */
import { randomUUID } from 'node:crypto';
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { Client, fetchExchange } from '@urql/core';
import { parse } from 'graphql';
import { createClient } from 'graphql-sse';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startGateway, type TestUser } from '../support/gateway.ts';
import { insertCustomer } from '../support/rows.ts';

const watch = /* GraphQL */ `
  subscription ($bankId: ID!, $customerId: ID!) {
    customerChanged(bankId: $bankId, customerId: $customerId) {
      fields
      cursor
      customer {
        id
        email
      }
    }
  }
`;

interface Change {
  fields: string[];
  cursor: string;
  customer: { email: string };
}

let gateway: Gateway;
let bankId: string;
let customerId: string;
let reader: TestUser;
let officer: TestUser;

beforeAll(async () => {
  gateway = await startGateway();
  bankId = `bank-${randomUUID()}`;
  await gateway.createBank(bankId);
  customerId = (await insertCustomer(gateway.database, { bankId })).id;
  reader = await gateway.createUser({ roles: [['CanGetCustomer', bankId]] });
  officer = await gateway.createUser({ roles: [['CanUpdateCustomerEmail', bankId]] });
});
afterAll(() => gateway.stop());

async function changeEmail(email: string): Promise<void> {
  const { errors } = await gateway.query(
    officer.token,
    `mutation ($bankId: ID!, $customerId: ID!, $email: EmailAddress!) {
      updateCustomerEmail(bankId: $bankId, customerId: $customerId, input: { email: $email }) { __typename } }`,
    { bankId, customerId, email },
  );
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
}

const headersOf = ({ token }: TestUser) => ({ authorization: `Bearer ${token}` });

/** Calls `onOpen` when the response to a subscription has begun. */
function observedFetch(onOpen: () => void): typeof fetch {
  return async (...request) => {
    const response = await fetch(...request);
    onOpen();
    return response;
  };
}

/** Subscribes, and returns the next events. `subscribe` calls `onChange` with each event, and `onOpen` when the stream is open. */
async function observed(
  subscribe: (events: { onOpen(): void; onChange(change: Change): void; onError(error: unknown): void }) => () => void,
): Promise<{ next(): Promise<Change>; stop(): void }> {
  const changes: Change[] = [];
  const waiting: ((change: Change) => void)[] = [];
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => undefined);
  const opened = Promise.withResolvers<void>();
  const stop = subscribe({
    onOpen: opened.resolve,
    onChange(change) {
      const first = waiting.shift();
      if (first === undefined) changes.push(change);
      else first(change);
    },
    onError: failure.reject,
  });
  await Promise.race([opened.promise, failure.promise]);
  return {
    next() {
      const first = changes.shift();
      const later = new Promise<Change>((resolve) => {
        if (first === undefined) waiting.push(resolve);
        else resolve(first);
      });
      return Promise.race([later, failure.promise]);
    },
    stop,
  };
}

async function expectChanges(stream: Awaited<ReturnType<typeof observed>>): Promise<void> {
  for (const email of [`${randomUUID()}@example.org`, `${randomUUID()}@example.org`]) {
    await changeEmail(email);
    const { fields, customer } = await stream.next();
    expect({ fields, email: customer.email }).toEqual({ fields: ['Customer.email'], email });
  }
  stream.stop();
}

test('graphql-sse shows each change, and resumes after a lost connection without missing one', async () => {
  let lastEventId: string | undefined;
  let connections = 0;
  let abort = new AbortController();
  const reconnecting = Promise.withResolvers<void>();
  const mayConnect = Promise.withResolvers<void>();
  const stream = await observed(({ onOpen, onChange, onError }) => {
    const client = createClient({
      url: `${gateway.url}/graphql`,
      headers: () => ({ ...headersOf(reader), ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) }),
      retry: async () => {
        reconnecting.resolve();
        await mayConnect.promise;
      },
      fetchFn: async (url: string, init: RequestInit) => {
        connections += 1;
        abort = new AbortController();
        const signals = init.signal == null ? [abort.signal] : [abort.signal, init.signal];
        const response = await fetch(url, { ...init, signal: AbortSignal.any(signals) });
        onOpen();
        return response;
      },
    });
    return client.subscribe<{ customerChanged: Change }>(
      { query: watch, variables: { bankId, customerId } },
      {
        next({ data }) {
          if (data == null) return;
          lastEventId = data.customerChanged.cursor;
          onChange(data.customerChanged);
        },
        error: onError,
        complete: () => undefined,
      },
    );
  });
  await changeEmail('first@example.org');
  expect((await stream.next()).customer.email).toBe('first@example.org');

  abort.abort();
  await reconnecting.promise;
  await changeEmail('meanwhile@example.org');
  mayConnect.resolve();

  expect((await stream.next()).customer.email).toBe('meanwhile@example.org');
  expect(connections).toBe(2);
  await expectChanges(stream);
});

test('Apollo Client shows each change, and updates the customer in its cache', async () => {
  const cache = new InMemoryCache();
  const stream = await observed(({ onOpen, onChange, onError }) => {
    const link = new HttpLink({
      uri: `${gateway.url}/graphql`,
      headers: headersOf(reader),
      fetch: observedFetch(onOpen),
    });
    const subscription = new ApolloClient({ link, cache })
      .subscribe<{ customerChanged: Change }>({ query: parse(watch), variables: { bankId, customerId } })
      .subscribe({
        next({ data }) {
          if (data != null) onChange(data.customerChanged);
        },
        error: onError,
      });
    return () => subscription.unsubscribe();
  });
  await expectChanges(stream);
  expect(Object.keys(cache.extract())).toContain(`Customer:${customerId}`);
});

test('urql shows each change', async () => {
  const stream = await observed(({ onOpen, onChange, onError }) => {
    const client = new Client({
      url: `${gateway.url}/graphql`,
      exchanges: [fetchExchange],
      fetchSubscriptions: true,
      fetchOptions: { headers: headersOf(reader) },
      fetch: observedFetch(onOpen),
      preferGetMethod: false,
    });
    const { unsubscribe } = client
      .subscription<{ customerChanged: Change }>(watch, { bankId, customerId })
      .subscribe(({ data, error }) => {
        if (error !== undefined) onError(error);
        else if (data !== undefined) onChange(data.customerChanged);
      });
    return unsubscribe;
  });
  await expectChanges(stream);
});
