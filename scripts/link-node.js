/**
 * Links the installed Node.js for the scripts of npm. npm 10 deletes the link together with the packages for other platforms,
 * because they have a program of the same name. This script is JavaScript, because the Node.js of the machine runs it.
 */
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';

const modules = new URL('../node_modules/', import.meta.url);
const program = `node-${process.platform}-${process.arch}/bin/node`;
const link = new URL('.bin/node', modules);

if (process.platform !== 'win32' && existsSync(new URL(program, modules)) && !existsSync(link)) {
  mkdirSync(new URL('.bin/', modules), { recursive: true });
  symlinkSync(`../${program}`, link);
}
