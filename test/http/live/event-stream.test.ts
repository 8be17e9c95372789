import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { FastifyReply } from 'fastify';
import { expect, test } from 'vitest';
import { EventStream } from '../../../src/http/live/event-stream.ts';
import { acceptsOnlyStreams, streamFormatOf } from '../../../src/http/live/stream-format.ts';

const serverSentEvents = streamFormatOf('text/event-stream');
if (serverSentEvents === null) throw new Error('There is no format.');
const format = serverSentEvents;

function replyOf(raw: ServerResponse): FastifyReply {
  return { raw, hijack: () => undefined, getHeaders: () => ({ 'x-request-id': '1' }) } as unknown as FastifyReply;
}

test('a client that reads nothing is too slow after a mebibyte', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const opened = new Promise<EventStream>((resolve) => {
    server.once('request', (_request, response) => resolve(new EventStream(replyOf(response), format)));
  });
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.pause();
  client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  const stream = await opened;
  const text = JSON.stringify({ data: 'x'.repeat(65_536) });

  stream.send(text, null);
  expect(stream.isTooSlow).toBe(false);
  // More than the operating system keeps.
  for (let count = 0; count < 1_000 && !stream.isTooSlow; count += 1) {
    stream.send(text, null);
    await new Promise((resolve) => setImmediate(resolve));
  }

  expect(stream.isTooSlow).toBe(true);
  stream.end({ isComplete: false });
  expect(stream.isOpen).toBe(false);
  client.destroy();
  server.close();
});

test('a client that has disconnected before the stream is opened counts as closed at once', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const closed = new Promise<ServerResponse>((resolve) => {
    server.once('request', (_request, response) => response.once('close', () => resolve(response)));
    server.once('request', () => client.destroy());
  });
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');

  const stream = new EventStream(replyOf(await closed), format);
  let isClosed = false;
  stream.onClose(() => {
    isClosed = true;
  });

  expect(isClosed).toBe(true);
  expect(stream.isOpen).toBe(false);
  server.close();
});

test('a heartbeat is sent if nothing else was written', async () => {
  const written: string[] = [];
  const raw = { writeHead: () => undefined, write: (text: string) => written.push(text) };
  const stream = new EventStream(replyOf(raw as unknown as ServerResponse), format);

  stream.beat(3_600_000);
  expect(written).toEqual([format.opening]);
  stream.beat(0);
  expect(written).toEqual([format.opening, format.heartbeat]);
});

test.each([
  ['text/event-stream', 'text/event-stream; charset=utf-8', true],
  ['text/event-stream, multipart/mixed', 'text/event-stream; charset=utf-8', true],
  ['application/graphql-response+json, application/json, text/event-stream', 'text/event-stream; charset=utf-8', false],
  [
    'multipart/mixed;boundary="graphql";subscriptionSpec="1.0"',
    'multipart/mixed;boundary="graphql";subscriptionSpec="1.0"',
    true,
  ],
  ['multipart/mixed;deferSpec=20220824, application/json', undefined, false],
  ['application/json', undefined, false],
  ['*/*', undefined, false],
  ['', undefined, false],
])('the client that accepts %s gets the format %s', (accept, contentType, isOnlyStream) => {
  expect(streamFormatOf(accept)?.contentType).toBe(contentType);
  expect(acceptsOnlyStreams(accept)).toBe(isOnlyStream);
});
