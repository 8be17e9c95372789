#!/usr/bin/env -S node --max-semi-space-size=32
import './database/resolve-drizzle.ts';
import { program } from './cli/program.ts';
import { exitOnUncaughtException, onOutputFailure, reportFailure } from './cli/running.ts';

process.on('uncaughtException', exitOnUncaughtException);
process.stdout.on('error', onOutputFailure);
// A command continues if its progress cannot be shown.
process.stderr.on('error', () => undefined);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = await reportFailure(error);
}
