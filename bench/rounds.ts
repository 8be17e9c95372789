import { baselineOf, type Contender } from './contenders.ts';
import type { DatabaseName, Installation } from './installation.ts';
import { type LoadResult, load } from './load.ts';
import { compareResponses, dataOf, type Requests, type ResponseLengths, type Running } from './plan.ts';
import { cpuSeconds } from './processes.ts';
import { type Metric, metrics, type Result, type Round, type Settings } from './results.ts';
import { type Figure, figureOf, quantile } from './statistics.ts';
import { clientsOf, type Workload } from './workloads.ts';

interface Measured {
  running: Running;
  rounds: Round[];
  /** The number of requests sent so far, including the warm-up. */
  sent: number;
  /** The number of requests in the rounds. */
  requests: number;
}

export interface WorkloadRun {
  database: DatabaseName;
  workload: Workload;
  installation: Installation;
  all: readonly Running[];
  plans: ReadonlyMap<Contender, Requests>;
  settings: Settings;
}

/**
 * Measures one workload of all contenders that support it: compares their responses, warms them up, and then measures
 * them alternately, one round each, so that other load of the machine affects all of them.
 */
export async function measure(run: WorkloadRun): Promise<Result[]> {
  const { workload, installation, all, plans, settings } = run;
  const measured = all
    .filter(({ contender }) => contender.workloads.includes(workload))
    .map((running): Measured => ({ running, rounds: [], sent: 0, requests: 0 }));
  // Responses to writes are not compared, because each contains a new ID.
  const lengths: ResponseLengths = workload === 'write' ? new Map() : await compareResponses(workload, all, plans);
  const send = (contender: Measured, seconds: number) =>
    sendLoad(run, contender, lengths.get(contender.running.contender), seconds);

  for (const contender of measured) await send(contender, settings.secondsOfWarmUp);
  await installation.settle();
  for (let round = 0; round < settings.rounds; round += 1) {
    // Another contender starts each round, so that the order does not favour any of them.
    const first = round % measured.length;
    for (const contender of [...measured.slice(first), ...measured.slice(0, first)]) {
      const pids = [contender.running.server.pid, ...installation.databasePids];
      const before = await cpuSeconds(pids);
      const { latencies, seconds } = await send(contender, settings.secondsOfRound);
      const after = await cpuSeconds(pids);
      contender.requests += latencies.length;
      contender.rounds.push({
        cpu: ((after - before) * 1000) / latencies.length,
        requestsPerSecond: latencies.length / seconds,
        p50: quantile(latencies, 0.5),
        p99: quantile(latencies, 0.99),
      });
    }
  }
  const baseline = measured.find(({ running }) => running.contender.name === baselineOf(workload));
  return measured.map(({ running, rounds, requests }) => ({
    database: run.database,
    workload,
    contender: running.contender.name,
    requests,
    figures: figuresOf((metric) => rounds.map((round) => round[metric])),
    toBaseline: baseline === undefined ? null : figuresOf((metric) => quotients(rounds, baseline.rounds, metric)),
    rounds,
  }));
}

function figuresOf(valuesOf: (metric: Metric) => number[]): Record<Metric, Figure> {
  const figures = metrics.map((metric): [Metric, Figure] => [metric, figureOf(valuesOf(metric))]);
  return Object.fromEntries(figures) as Record<Metric, Figure>;
}

/** Divides each round by the baseline's round with the same number, which was measured within the same seconds. */
function quotients(rounds: readonly Round[], baseline: readonly Round[], metric: Metric): number[] {
  return rounds.map((round, index) => round[metric] / (baseline[index]?.[metric] ?? Number.NaN));
}

async function sendLoad(
  { workload, plans }: WorkloadRun,
  measured: Measured,
  lengths: readonly number[] | undefined,
  seconds: number,
): Promise<LoadResult> {
  const { contender, server } = measured.running;
  const milliseconds = seconds * 1000;
  const connections = clientsOf[workload];
  const requests = plans.get(contender)?.get(workload);
  if (requests === undefined) return requestTransactions(server.port, milliseconds, connections);
  const result = await load({
    port: server.port,
    requests,
    from: measured.sent,
    connections,
    milliseconds,
    check(response, index) {
      const { status, body } = response;
      const isAsExpected = status === 200 && (lengths?.[index] ?? body.length) === body.length;
      if (isAsExpected && (lengths !== undefined || !body.includes('"errors"'))) return;
      dataOf(response, contender.name);
      const start = body.toString().slice(0, 2000);
      throw new Error(`The response of ${contender.name} to ${workload} changed during the rounds: ${start}`);
    },
  });
  measured.sent += result.latencies.length;
  return result;
}

/** Lets a process run the clients itself, because the measured database has no network interface of its own. */
async function requestTransactions(port: number, milliseconds: number, clients: number): Promise<LoadResult> {
  const start = performance.now();
  const response = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    body: JSON.stringify({ milliseconds, clients }),
  });
  const { latencies } = (await response.json()) as { latencies: number[] };
  return { latencies: latencies.sort((a, b) => a - b), seconds: (performance.now() - start) / 1000 };
}
