#!/usr/bin/env -S node --max-semi-space-size=32
// The other modules are imported dynamically, because an older version of Node.js fails to load them with a SyntaxError.
const minNodeVersion = 24;

if (Number.parseInt(process.versions.node, 10) < minNodeVersion) {
  const found = `this is ${process.versions.node} (${process.execPath})`;
  process.stderr.write(`The gateway requires Node.js ${minNodeVersion} or later, but ${found}.\n`);
  process.exitCode = 1;
} else {
  await import('./cli/start.ts');
}
