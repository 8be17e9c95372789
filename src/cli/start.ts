import '../database/resolve-drizzle.ts';
import { program } from './program.ts';
import { exitOnUncaughtException, onOutputFailure, reportFailure } from './running.ts';

process.on('uncaughtException', exitOnUncaughtException);
process.stdout.on('error', onOutputFailure);
// A command continues if its progress cannot be shown.
process.stderr.on('error', () => undefined);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = await reportFailure(error);
}
