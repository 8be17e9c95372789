/** A thread that measures the health of a server on new connections, because the thread of the test is busy with its clients. */
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const pause = 20;
const maxMilliseconds = 10_000;

/** Sends a request for each URL every 20 ms for some time. Returns the milliseconds until the responses to each, sorted ascending. */
export async function probe(urls: readonly string[], milliseconds: number): Promise<number[][]> {
  const [latencies] = await once(new Worker(import.meta.filename, { workerData: { urls, milliseconds } }), 'message');
  return latencies;
}

async function latencyOf(url: string): Promise<number> {
  const start = performance.now();
  await new Promise<void>((resolve) => {
    const request = get(url, { agent: new Agent(), timeout: maxMilliseconds }, (response) => {
      response.resume();
      response.once('close', resolve);
    });
    // A request without a response counts with the time until its failure.
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve());
  });
  return performance.now() - start;
}

async function probeOne(url: string, milliseconds: number): Promise<number[]> {
  const pending: Promise<number>[] = [];
  for (const end = performance.now() + milliseconds; performance.now() < end; await sleep(pause)) {
    pending.push(latencyOf(url));
  }
  return (await Promise.all(pending)).sort((a, b) => a - b);
}

if (!isMainThread && parentPort !== null) {
  const { urls, milliseconds } = workerData as { urls: string[]; milliseconds: number };
  parentPort.postMessage(await Promise.all(urls.map((url) => probeOne(url, milliseconds))));
}
