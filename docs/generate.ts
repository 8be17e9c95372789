#!/usr/bin/env node
/** Generates docs/apis.md, docs/errors.md, schema/errors.json, and the list of types in docs/clients.md (`npm run docs`). With `--check`, exits with 1 if they are out of date. */
import { readFileSync, writeFileSync } from 'node:fs';
import { type Api, renderApis } from './render-apis.ts';
import { renderErrors, renderErrorsFile } from './render-errors.ts';
import { withTypesWithoutId } from './types-without-id.ts';

const project = new URL('../', import.meta.url);
const sdl = readFileSync(new URL('schema/schema.graphql', project), 'utf8');
const apis = JSON.parse(readFileSync(new URL('test/catalogue.json', project), 'utf8')) as Api[];
const clients = readFileSync(new URL('docs/clients.md', project), 'utf8');
const pages = {
  'docs/apis.md': renderApis(sdl, apis),
  'docs/errors.md': renderErrors(),
  'docs/clients.md': withTypesWithoutId(clients, sdl),
  'schema/errors.json': renderErrorsFile(),
};

for (const [path, page] of Object.entries(pages)) {
  const file = new URL(path, project);
  if (!process.argv.includes('--check')) writeFileSync(file, page);
  else if (readFileSync(file, 'utf8') !== page) {
    console.error(`${path} is out of date.`);
    process.exitCode = 1;
  }
}
