import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLogDestination } from '../../src/base/log-destination.ts';

/** More than a pipe holds. */
const maxWaitingBytes = 131_072;

let pipe: number;
let received: string;

beforeEach(async () => {
  const file = join(tmpdir(), `pipe-${randomUUID()}`);
  await promisify(execFile)('mkfifo', [file]);
  pipe = openSync(file, constants.O_RDWR | constants.O_NONBLOCK);
  received = '';
});

afterEach(() => closeSync(pipe));

function read(): string {
  const buffer = Buffer.alloc(65_536);
  try {
    for (;;) received += buffer.toString('utf8', 0, readSync(pipe, buffer));
  } catch {
    return received;
  }
}

const linesOf = (text: string) => text.split('\n').slice(0, -1);
const line = (level: string, number: number) => `{"level":"${level}","number":${number},"text":"${'é'.repeat(100)}"}`;

function openDestination() {
  const destination = openLogDestination({
    descriptor: pipe,
    maxWaitingBytes,
    onLost: (lost) => destination.write(`${JSON.stringify({ lost })}\n`),
  });
  return destination;
}

/** Writes lines until the pipe is full, nothing more can wait, and three lines are lost. Returns those that are not. */
function fill(destination: ReturnType<typeof openDestination>): string[] {
  const kept: string[] = [];
  const size = Buffer.byteLength(line('info', 1_000)) + 1;
  // A write of at most 4,096 bytes is all or nothing.
  const count = Math.floor((65_536 - 4_096 + maxWaitingBytes) / size);
  for (let number = 1_000; number < 1_000 + count; number += 1) kept.push(line('info', number));
  for (const text of kept) destination.write(`${text}\n`);
  return kept;
}

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Returns the size of all objects that are reachable, in bytes. */
function heapInUse(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

test('lines that cannot be written wait, and are written in order', async () => {
  const destination = openDestination();
  const lines = fill(destination);

  await expect.poll(() => linesOf(read())).toHaveLength(lines.length);

  expect(linesOf(received)).toEqual(lines);
});

describe('when too many lines wait', () => {
  test('one line in the place of the lost ones has their number by level', async () => {
    const destination = openDestination();
    fill(destination);
    const lost = { info: 0, warn: 0 };
    for (let number = 3_000; number < 3_300; number += 1) {
      destination.write(`${line('info', number)}\n`);
      destination.write(`${line('warn', number)}\n`);
    }

    await expect.poll(() => read()).toContain('lost');
    destination.write(`${line('info', 9_999)}\n`);

    const lines = linesOf(read());
    for (let number = 3_000; number < 3_300; number += 1) {
      if (!lines.includes(line('info', number))) lost.info += 1;
      if (!lines.includes(line('warn', number))) lost.warn += 1;
    }
    expect(lost.info).toBeGreaterThan(100);
    expect(lines.slice(-2).map((text) => JSON.parse(text))).toEqual([{ lost }, JSON.parse(line('info', 9_999))]);
    expect(lines.filter((text) => text.includes('lost'))).toHaveLength(1);
  });

  test('the memory does not grow', () => {
    const destination = openDestination();
    fill(destination);
    const before = heapInUse();
    for (let number = 0; number < 200_000; number += 1) destination.write(`${line('info', number)}\n`);
    // The lines are 45 MB.
    expect(heapInUse() - before).toBeLessThan(20_000_000);
  });
});

describe('flush', () => {
  test('returns after a second if the reader does not read', () => {
    const destination = openDestination();
    fill(destination);
    const start = performance.now();

    destination.flush();

    expect(performance.now() - start).toBeGreaterThan(990);
    expect(linesOf(read()).length).toBeGreaterThan(100);
  });

  test('does not wait if the disk is full', () => {
    const full = openSync('/dev/full', 'a');
    const destination = openLogDestination({ descriptor: full, maxWaitingBytes, onLost: () => undefined });
    destination.write(`${line('info', 1)}\n`);
    const start = performance.now();

    destination.flush();

    expect(performance.now() - start).toBeLessThan(900);
    closeSync(full);
  });
});
