import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { integer } from '../parsers.ts';

export function addKeysCommands(program: Command): void {
  const keys = program.command('keys').description('About the keys of tokens.');
  addCreate(keys);
  addRotate(keys);
}

/** Writes a file that only its owner can read. Fails if the file exists. */
function writeKeys(file: string, text: string): Promise<void> {
  return writeFile(file, `${text}\n`, { mode: 0o600, flag: 'wx' });
}

function addCreate(keys: Command): void {
  keys
    .command('create')
    .description('Write a new signing key to a file that only its owner can read: for GATEWAY_SIGNING_KEY_FILE.')
    .argument('<file>', 'must not be there yet')
    .action(async (file: string) => {
      const { createSigningKey } = await import('../../auth/tokens.ts');
      await writeKeys(file, createSigningKey());
      console.log(`A new signing key was written to ${file}.`);
    });
}

function addRotate(keys: Command): void {
  keys
    .command('rotate')
    .description('Put a new key in front of those of a file: it signs from now on, the others only verify.')
    .argument('<file>', 'that of GATEWAY_SIGNING_KEY_FILE; processes that serve read it again within a minute')
    .option('--keep <number>', 'how many of the former keys stay; otherwise all', integer(0, 100))
    .action(async (file: string, { keep }: { keep?: number }) => {
      const { rotateSigningKeys } = await import('../../auth/tokens.ts');
      const rotated = rotateSigningKeys(await readFile(file, 'utf8'), keep);
      // `rename` is atomic, so a concurrent reader sees either the old key set or the new one.
      const newFile = `${file}.new`;
      await writeKeys(newFile, rotated);
      await rename(newFile, file);
      console.log(`A new signing key was put in front of those in ${file}.`);
    });
}
