import { expect, test } from 'vitest';
import { UnreadLimit } from '../../../src/http/live/unread-limit.ts';

class Output {
  isOpen = true;
  isDestroyed = false;
  unreadBytes: number;

  constructor(unreadBytes: number) {
    this.unreadBytes = unreadBytes;
  }

  destroy(): void {
    this.isDestroyed = true;
    this.unreadBytes = 0;
  }
}

function limitOf(maxBytes: number, ...unread: number[]) {
  const streams = unread.map((bytes) => ({ output: new Output(bytes) }));
  const limit = new UnreadLimit(maxBytes, streams, ({ output }) => {
    output.isOpen = false;
  });
  const open = () => streams.map(({ output }) => output.isOpen);
  return { streams, limit, open };
}

test('the streams with the most unread bytes end when all of them have left too much', () => {
  const { limit, open } = limitOf(100, 10, 50, 40, 0);
  limit.makeRoom(1);
  expect(open()).toEqual([true, true, true, true]);

  // The bytes that were written so far could all be unread, so they are added up.
  limit.makeRoom(100);

  expect(open()).toEqual([false, false, false, true]);
});

test('no more streams end than necessary', () => {
  const { limit, open } = limitOf(100, 10, 50, 40, 0);
  for (let count = 0; count < 101; count += 1) limit.makeRoom(1);
  expect(open()).toEqual([true, false, true, true]);
});

test('streams that do not read their end are disconnected when others that end need the room', () => {
  const { limit, streams } = limitOf(100, 60, 60, 60);
  const areDestroyed = () => streams.map(({ output }) => output.isDestroyed);
  limit.makeRoom(40);
  limit.makeRoom(40);
  limit.makeRoom(40);
  expect(areDestroyed()).toEqual([true, false, false]);
  expect(streams.map(({ output }) => output.isOpen)).toEqual([false, false, true]);
});
