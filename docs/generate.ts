#!/usr/bin/env node
/** Writes docs/apis.md: `npm run docs`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { type Api, renderApis } from './render.ts';

const project = new URL('../', import.meta.url);
const sdl = readFileSync(new URL('schema/schema.graphql', project), 'utf8');
const apis = JSON.parse(readFileSync(new URL('test/catalogue.json', project), 'utf8')) as Api[];

writeFileSync(new URL('docs/apis.md', project), renderApis(sdl, apis));
