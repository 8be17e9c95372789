import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { integer } from '../parsers.ts';

export function addKeysCommands(program: Command): void {
  const keys = program.command('keys').description('Manage signing keys.');
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
    .description('Create a signing key in a file that only its owner can read, for GATEWAY_SIGNING_KEY_FILE.')
    .argument('<file>', 'path of the new file')
    .action(async (file: string) => {
      const { createSigningKey } = await import('../../auth/signing-key.ts');
      await writeKeys(file, createSigningKey());
      console.log(`Signing key written to ${file}.`);
    });
}

function addRotate(keys: Command): void {
  keys
    .command('rotate')
    .description('Add a signing key to a file. It signs new tokens; the former keys only verify tokens.')
    .argument('<file>', 'file of GATEWAY_SIGNING_KEY_FILE, which a serving process reloads within a minute')
    .option('--keep <number>', 'number of former keys to keep, from 0 to 100 (default: all)', integer(0, 100))
    .action(async (file: string, { keep }: { keep?: number }) => {
      const { rotateSigningKeys } = await import('../../auth/signing-key.ts');
      const rotated = rotateSigningKeys(await readFile(file, 'utf8'), keep);
      // `rename` is atomic, so a concurrent reader sees either the old key set or the new one.
      const newFile = `${file}.new`;
      await writeKeys(newFile, rotated);
      await rename(newFile, file);
      console.log(`Signing key added to ${file}.`);
    });
}
