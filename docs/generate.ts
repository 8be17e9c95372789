#!/usr/bin/env node
/** Writes docs/apis.md and docs/errors.md: `npm run docs`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { type Api, renderApis } from './render.ts';
import { renderErrors } from './render-errors.ts';

const project = new URL('../', import.meta.url);
const sdl = readFileSync(new URL('schema/schema.graphql', project), 'utf8');
const apis = JSON.parse(readFileSync(new URL('test/catalogue.json', project), 'utf8')) as Api[];

writeFileSync(new URL('docs/apis.md', project), renderApis(sdl, apis));
writeFileSync(new URL('docs/errors.md', project), renderErrors());
