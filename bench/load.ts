import { type HttpAnswer, openConnection } from './http-client.ts';

export interface LoadOptions {
  port: number;
  /** Sent in turn, from the one after the last of the run before. */
  requests: readonly Buffer[];
  /** Which of the requests comes first. */
  from: number;
  connections: number;
  milliseconds: number;
  /** Throws where an answer is not what it should be. */
  check(answer: HttpAnswer, requestIndex: number): void;
}

export interface LoadResult {
  /** How long each answer took, in milliseconds, the shortest first. */
  latencies: number[];
  seconds: number;
}

/** Sends requests over connections that are kept, each as soon as the answer before it has come. */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const { port, requests, connections: count, milliseconds, check } = options;
  const connections = await Promise.all(Array.from({ length: count }, () => openConnection(port)));
  const latencies: number[] = [];
  let next = options.from;
  const begin = performance.now();
  const end = begin + milliseconds;
  try {
    await Promise.all(
      connections.map(async (connection) => {
        for (let sentAt = begin; sentAt < end; sentAt = performance.now()) {
          const index = next % requests.length;
          next += 1;
          const request = requests[index];
          if (request === undefined) throw new Error('There is nothing to send.');
          const answer = await connection.send(request);
          latencies.push(performance.now() - sentAt);
          check(answer, index);
        }
      }),
    );
    return { latencies: latencies.sort((a, b) => a - b), seconds: (performance.now() - begin) / 1000 };
  } finally {
    for (const connection of connections) connection.close();
  }
}
