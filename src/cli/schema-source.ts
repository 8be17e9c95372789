import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { buildSchema, type GraphQLSchema } from 'graphql';
import { isLoopback } from '../base/loopback.ts';

/** The path of the contract in a commit, and in the installed gateway. */
const defaultPath = 'schema/schema.graphql';
const installed = new URL(`../../${defaultPath}`, import.meta.url);

const maxCharacters = 10_000_000;
const timeoutMilliseconds = 15_000;

/** The reason why schemas cannot be compared. */
export class ComparisonImpossible extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ComparisonImpossible';
  }
}

export interface SourceOptions {
  /** The folder in which files and the repository are searched. */
  folder: string;
  /** The bearer token that is sent to URLs. */
  token?: string | undefined;
}

/**
 * Reads a schema from an `http` or `https` URL, a file, or a commit of Git: `REF` for the contract of a gateway, `REF:PATH` for
 * another file. Null is the contract of this gateway.
 * @throws ComparisonImpossible if there is no schema, or if it is invalid
 */
export async function readSchema(source: string | null, options: SourceOptions): Promise<GraphQLSchema> {
  const sdl = await readSdl(source, options);
  try {
    return buildSchema(sdl);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ComparisonImpossible(`The schema of ${source ?? 'this gateway'} is invalid: ${reason}`);
  }
}

async function readSdl(source: string | null, options: SourceOptions): Promise<string> {
  if (source === null) return readFile(installed, 'utf8');
  if (/^https?:\/\//i.test(source)) return download(source, options);
  const file = new URL(encodeURI(source), `file://${encodeURI(options.folder)}/`);
  return existsSync(file) ? readFile(file, 'utf8') : readCommit(source, options);
}

async function download(source: string, { token }: SourceOptions): Promise<string> {
  if (!URL.canParse(source)) throw new ComparisonImpossible('The URL is invalid.');
  const url = new URL(source);
  const isSafe = url.protocol === 'https:' || isLoopback(url.hostname);
  if (token !== undefined && !isSafe) throw new ComparisonImpossible('A token is only sent to an https URL.');
  let response: Response;
  try {
    response = await fetch(url, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMilliseconds),
    });
  } catch {
    throw new ComparisonImpossible(`${url.origin} does not respond.`);
  }
  if (!response.ok) throw new ComparisonImpossible(`${url.origin} responds with HTTP ${response.status}.`);
  let sdl = '';
  for await (const text of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    sdl += text;
    if (sdl.length > maxCharacters) throw new ComparisonImpossible(`${url.origin} does not return a schema.`);
  }
  return sdl;
}

function readCommit(source: string, { folder }: SourceOptions): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: maxCharacters,
    });
  const [ref = '', path = defaultPath] = source.split(/:(.*)/s);
  try {
    git('rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`);
  } catch {
    throw new ComparisonImpossible(`${source} is neither a file, a URL, nor a commit.`);
  }
  try {
    return git('show', '--end-of-options', `${ref}:./${path}`);
  } catch {
    throw new ComparisonImpossible(`${path} does not exist at ${ref}.`);
  }
}
