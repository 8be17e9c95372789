/** A disk that loses what was not synced at a power failure, or that is full: `faulty-disk.c` in the program that writes to it. */
import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface FaultyDisk {
  /** The variables of the program that writes to the folder. */
  environment: Record<string, string>;
  /** Leaves what a power failure leaves. No program can be using the folder. */
  loseUnsynced(): Promise<void>;
  /** From now on, no file can grow. */
  fill(): Promise<void>;
  free(): Promise<void>;
}

/** Whether the machine can compile the library. */
export async function hasCompiler(): Promise<boolean> {
  return run('cc', ['--version']).then(
    () => true,
    () => false,
  );
}

let library: Promise<string> | undefined;

async function compile(): Promise<string> {
  const file = join(tmpdir(), 'faulty-disk.so');
  await run('cc', ['-shared', '-fPIC', '-O2', '-o', file, join(import.meta.dirname, 'faulty-disk.c'), '-ldl']);
  return file;
}

/** Treats the present content of the folder as synced. If `ignoresSync`, nothing is synced from now on. */
export async function openFaultyDisk(folder: string, { ignoresSync = false } = {}): Promise<FaultyDisk> {
  library ??= compile();
  const synced = `${folder}.synced`;
  const full = `${folder}.full`;
  await run('cp', ['-a', folder, synced]);
  return {
    environment: {
      LD_PRELOAD: await library,
      DISK_FOLDER: folder,
      DISK_SYNCED: synced,
      DISK_FULL: full,
      ...(ignoresSync ? { DISK_IGNORES_SYNC: 'yes' } : {}),
    },
    async loseUnsynced() {
      await rm(folder, { recursive: true });
      await run('cp', ['-a', synced, folder]);
    },
    fill: () => writeFile(full, ''),
    free: () => rm(full),
  };
}
