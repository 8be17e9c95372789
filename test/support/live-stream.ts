/**
 * A client of subscriptions over Server-Sent Events, which shows what is sent.
 *
 *   const stream = await openStream(gateway.url, token, 'subscription { kycWork(bankId: "gh.29.uk") { fields } }');
 *   expect(await stream.next()).toMatchObject({ event: 'next', data: { … } });
 *   stream.close();
 */
import type { ResponseError } from './gateway.ts';

export interface StreamedEvent {
  event: string;
  id: string | null;
  data: Record<string, Record<string, unknown> | null> | null;
  errors: ResponseError[];
}

export interface OpenStream {
  status: number;
  headers: Headers;
  /** The next event. Null if the stream has ended. */
  next(): Promise<StreamedEvent | null>;
  /** The rest of the events until the stream ends. */
  rest(): Promise<StreamedEvent[]>;
  close(): void;
}

/** The keys of the errors of an event. */
export function keysOf(event: StreamedEvent | null | undefined): unknown[] {
  return event?.errors.map(({ extensions }) => extensions.key) ?? [];
}

/** The rest of the events until the stream ends, each with the keys of its errors. */
export async function endOf(stream: OpenStream): Promise<[event: string, keys: unknown[]][]> {
  return (await stream.rest()).map((event) => [event.event, keysOf(event)]);
}

function parsed(text: string): StreamedEvent | null {
  const fields = new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith(':'))
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
  const event = fields.get('event');
  if (event === undefined) return null;
  const { data = null, errors = [] } = JSON.parse(fields.get('data') || '{}');
  return { event, id: fields.get('id') ?? null, data, errors };
}

/** Opens a stream. Its first event is a heartbeat, which is not returned, so the stream is open when this resolves. */
export async function openStream(
  url: string,
  token: string | null,
  query: string,
  { variables, headers }: { variables?: object; headers?: Record<string, string> } = {},
): Promise<OpenStream> {
  const abort = new AbortController();
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
    signal: abort.signal,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = '';
  /** The text after the buffer. It is added at the end of an event, because each addition copies a large buffer. */
  let received: string[] = [];

  async function next(): Promise<StreamedEvent | null> {
    for (;;) {
      const end = buffer.indexOf('\n\n');
      if (end === -1) {
        for (let hasEnd = false; !hasEnd; ) {
          const { value, done } = (await reader?.read()) ?? { value: undefined, done: true };
          if (done) return null;
          const last = received.at(-1) ?? buffer;
          hasEnd = (last.slice(-1) + value).includes('\n\n');
          received.push(value);
        }
        buffer += received.join('');
        received = [];
        continue;
      }
      const event = parsed(buffer.slice(0, end));
      buffer = buffer.slice(end + 2);
      if (event !== null) return event;
    }
  }

  return {
    status: response.status,
    headers: response.headers,
    next,
    async rest() {
      const events: StreamedEvent[] = [];
      for (let event = await next(); event !== null; event = await next()) events.push(event);
      return events;
    },
    close: () => abort.abort(),
  };
}
