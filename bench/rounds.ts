import { type Entry, floorOf } from './contenders.ts';
import type { DatabaseName, Installation } from './installation.ts';
import { type LoadResult, load } from './load.ts';
import { type AnswerLengths, compareAnswers, dataOf, type Requests, type Running } from './plan.ts';
import { cpuSeconds } from './processes.ts';
import { type Metric, metrics, type Result, type Round, type Settings } from './results.ts';
import { type Figure, figureOf, quantile } from './statistics.ts';
import { clientsOf, type Work } from './workloads.ts';

interface Measured {
  running: Running;
  rounds: Round[];
  /** How many requests were sent so far, those of the warm-up too. */
  sent: number;
  /** How many were answered in the rounds. */
  requests: number;
}

export interface WorkParts {
  database: DatabaseName;
  work: Work;
  installation: Installation;
  all: readonly Running[];
  plans: ReadonlyMap<Entry, Requests>;
  settings: Settings;
}

/**
 * Measures one work of all entries that do it: first their answers are compared, then each is warmed up, then they take
 * turns, a round each, so that what disturbs the machine disturbs all of them.
 */
export async function measure(parts: WorkParts): Promise<Result[]> {
  const { work, installation, all, plans, settings } = parts;
  const measured = all
    .filter(({ entry }) => entry.works.includes(work))
    .map((running): Measured => ({ running, rounds: [], sent: 0, requests: 0 }));
  // Each answer to a write is another one, and has ids of its own.
  const lengths: AnswerLengths = work === 'write' ? new Map() : await compareAnswers(work, all, plans);
  const send = (one: Measured, seconds: number) => sendLoad(parts, one, lengths.get(one.running.entry), seconds);

  for (const one of measured) await send(one, settings.secondsOfWarmUp);
  await installation.settle();
  for (let round = 0; round < settings.rounds; round += 1) {
    // Another one begins each time: who comes after whom is no advantage.
    for (let turn = 0; turn < measured.length; turn += 1) {
      const one = measured[(round + turn) % measured.length];
      if (one === undefined) continue;
      const pids = [one.running.server.pid, ...installation.databasePids];
      const before = await cpuSeconds(pids);
      const { latencies, seconds } = await send(one, settings.secondsOfRound);
      const after = await cpuSeconds(pids);
      one.requests += latencies.length;
      one.rounds.push({
        cpu: ((after - before) * 1000) / latencies.length,
        requestsPerSecond: latencies.length / seconds,
        p50: quantile(latencies, 0.5),
        p99: quantile(latencies, 0.99),
      });
    }
  }
  const floor = measured.find(({ running }) => running.entry.name === floorOf(work));
  return measured.map(({ running, rounds, requests }) => ({
    database: parts.database,
    work,
    entry: running.entry.name,
    requests,
    figures: figuresOf((metric) => rounds.map((round) => round[metric])),
    toFloor: floor === undefined ? null : figuresOf((metric) => quotients(rounds, floor.rounds, metric)),
    rounds,
  }));
}

function figuresOf(valuesOf: (metric: Metric) => number[]): Record<Metric, Figure> {
  const figures = metrics.map((metric): [Metric, Figure] => [metric, figureOf(valuesOf(metric))]);
  return Object.fromEntries(figures) as Record<Metric, Figure>;
}

/** Of each round and the floor's: both were measured within the same seconds. */
function quotients(rounds: readonly Round[], floor: readonly Round[], metric: Metric): number[] {
  return rounds.map((round, index) => round[metric] / (floor[index]?.[metric] ?? Number.NaN));
}

async function sendLoad(
  { work, plans }: WorkParts,
  one: Measured,
  lengths: readonly number[] | undefined,
  seconds: number,
): Promise<LoadResult> {
  const { entry, server } = one.running;
  const milliseconds = seconds * 1000;
  const connections = clientsOf[work];
  const requests = plans.get(entry)?.get(work);
  if (requests === undefined) return orderTransactions(server.port, milliseconds, connections);
  const result = await load({
    port: server.port,
    requests,
    from: one.sent,
    connections,
    milliseconds,
    check(answer, index) {
      const isAsExpected = answer.status === 200 && (lengths?.[index] ?? answer.body.length) === answer.body.length;
      if (isAsExpected && (lengths !== undefined || !answer.body.includes('"errors"'))) return;
      dataOf(answer, entry.name);
      throw new Error(`${entry.name} suddenly answers ${work} otherwise: ${answer.body.toString().slice(0, 2000)}`);
    },
  });
  one.sent += result.latencies.length;
  return result;
}

/** Tells a process to be the clients itself: what is to be measured has no interface. */
async function orderTransactions(port: number, milliseconds: number, clients: number): Promise<LoadResult> {
  const begin = performance.now();
  const response = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    body: JSON.stringify({ milliseconds, clients }),
  });
  const { latencies } = (await response.json()) as { latencies: number[] };
  return { latencies: latencies.sort((a, b) => a - b), seconds: (performance.now() - begin) / 1000 };
}
