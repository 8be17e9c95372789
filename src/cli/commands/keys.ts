import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { integer } from '../parsers.ts';
import { replaceFile } from '../replace-file.ts';
import { printStatus } from '../terminal.ts';

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
    .description(
      'Add a signing key to a file. It signs new tokens; the former keys only verify tokens. The file keeps its owner and its mode.',
    )
    .argument('<file>', 'file of GATEWAY_SIGNING_KEY_FILE, which a serving process reloads within a minute')
    .option('--keep <number>', 'number of former keys to keep, from 0 to 100 (default: all)', integer(0, 100))
    .action(async (file: string, { keep }: { keep?: number }) => {
      const { rotateSigningKeys } = await import('../../auth/signing-key.ts');
      const { mode } = await replaceFile(file, (text) => `${rotateSigningKeys(text, keep)}\n`);
      console.log(`Signing key added to ${file}.`);
      if ((mode & 0o007) !== 0) {
        printStatus(`Other accounts can access ${file} (mode ${mode.toString(8)}). Consider chmod o-rwx ${file}.`);
      }
    });
}
