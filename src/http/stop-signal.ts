import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves with the signal that stops this process. A second signal ends the process at once. */
export async function stopSignal(beforeExit: () => void = () => undefined): Promise<NodeJS.Signals> {
  const signal = await new Promise<NodeJS.Signals>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  const ignore = () => undefined;
  process.on('SIGTERM', ignore);
  process.on('SIGINT', ignore);
  // One Ctrl-C arrives twice: from the terminal, and from npm, which forwards its own.
  void sleep(500, undefined, { ref: false }).then(() => {
    const exit = (exitCode: number) => {
      beforeExit();
      process.exit(exitCode);
    };
    process.once('SIGTERM', () => exit(143));
    process.once('SIGINT', () => exit(130));
  });
  return signal;
}
