#!/usr/bin/env -S node --max-semi-space-size=32
import './database/resolve-drizzle.ts';
import { program } from './cli/program.ts';
import { exitOnBrokenPipe, exitOnUncaughtException, reportFailure } from './cli/running.ts';

process.on('uncaughtException', exitOnUncaughtException);
process.stdout.on('error', exitOnBrokenPipe);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = await reportFailure(error);
}
