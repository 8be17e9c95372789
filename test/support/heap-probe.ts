/**
 * Is imported by the program of a test with `--import` and `--expose-gc`. At each SIGUSR2, each worker prints a `HeapReport`
 * as a line of JSON.
 */
import cluster from 'node:cluster';
import { writeSync } from 'node:fs';
import { getHeapSpaceStatistics } from 'node:v8';

/** The megabytes of V8's new space, which contains the objects that no collection or only one has seen. */
export interface HeapReport {
  beforeCollection: number;
  /** After a minor garbage collection, which V8 runs often. */
  afterMinorCollection: number;
  /** After all garbage is collected, and all other objects have left the new space. */
  baseline: number;
}

function megabytesOfNewSpace(): number {
  const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  if (space === undefined) throw new Error('The heap must have a new space.');
  return space.space_used_size / 1e6;
}

process.on('SIGUSR2', () => {
  // The parent process serves no requests.
  for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGUSR2');
  if (cluster.isPrimary) return;
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('The program must be started with --expose-gc.');
  const beforeCollection = megabytesOfNewSpace();
  gc({ type: 'minor' });
  const afterMinorCollection = megabytesOfNewSpace();
  // Garbage in the old space would keep objects in the new space alive.
  gc({ type: 'major' });
  // Objects that survive two collections leave the new space.
  gc({ type: 'minor' });
  gc({ type: 'minor' });
  const report: HeapReport = { beforeCollection, afterMinorCollection, baseline: megabytesOfNewSpace() };
  writeSync(1, `${JSON.stringify(report)}\n`);
});
