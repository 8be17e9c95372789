import { type HttpResponse, openConnection } from './http-client.ts';

export interface LoadOptions {
  port: number;
  /** The requests, which are sent in a cycle. */
  requests: readonly Buffer[];
  /** The index of the first request to send. */
  from: number;
  connections: number;
  milliseconds: number;
  /** Throws an error if the response is not the expected one. */
  check(response: HttpResponse, requestIndex: number): void;
}

export interface LoadResult {
  /** The latencies in milliseconds, sorted ascending. */
  latencies: number[];
  seconds: number;
}

/** Sends requests over persistent connections, each of which sends one request after the other. */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const { port, requests, connections: count, milliseconds, check } = options;
  const connections = await Promise.all(Array.from({ length: count }, () => openConnection(port)));
  const latencies: number[] = [];
  let next = options.from;
  const start = performance.now();
  const end = start + milliseconds;
  try {
    await Promise.all(
      connections.map(async (connection) => {
        for (let sentAt = start; sentAt < end; sentAt = performance.now()) {
          const index = next % requests.length;
          next += 1;
          const request = requests[index];
          if (request === undefined) throw new Error('The workload has no requests.');
          const response = await connection.send(request);
          latencies.push(performance.now() - sentAt);
          check(response, index);
        }
      }),
    );
    return { latencies: latencies.sort((a, b) => a - b), seconds: (performance.now() - start) / 1000 };
  } finally {
    for (const connection of connections) connection.close();
  }
}
