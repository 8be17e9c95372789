import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Kind, parse, print, visit } from 'graphql';
import {
  type ConcreteRequest,
  commitMutation,
  createOperationDescriptor,
  Environment,
  fetchQuery,
  type GraphQLResponse,
  Network,
  RecordSource,
  Store,
} from 'relay-runtime';
import type { CachedClient, ClientOptions, Operation } from './cached-client.ts';

/** Operations as relay-compiler has compiled them, by name. */
export type CompiledOperations = ReadonlyMap<string, ConcreteRequest>;

/**
 * Renames an operation and its fragments as Relay demands, and selects fragments without masking, so that
 * the data of the operation contains all of its fields.
 */
function sourceForRelay({ name, source }: Operation, module: string): string {
  const document = visit(parse(source), {
    OperationDefinition: (node) => {
      const suffix = `${node.operation[0]?.toUpperCase()}${node.operation.slice(1)}`;
      return { ...node, name: { kind: Kind.NAME, value: `${module}${suffix}` } };
    },
    FragmentDefinition: (node) => ({ ...node, name: { kind: Kind.NAME, value: `${module}_${node.name.value}` } }),
    FragmentSpread: (node) => ({ ...node, name: { kind: Kind.NAME, value: `${module}_${node.name.value}` } }),
  });
  const text = print(document).replaceAll(/^(\s*\.\.\.\w+)$/gm, '$1 @relay(mask: false)');
  return `// ${name}\ngraphql\`\n${text}\n\`;\n`;
}

/** Compiles operations with relay-compiler in a temporary folder. */
export async function compileForRelay(operations: readonly Operation[], schema: string): Promise<CompiledOperations> {
  const folder = await mkdtemp(join(tmpdir(), 'relay-'));
  await mkdir(join(folder, 'src'));
  await mkdir(join(folder, 'compiled'));
  await copyFile(schema, join(folder, 'schema.graphql'));
  const modules = operations.map((operation, index) => ({ operation, module: `Operation${index}` }));
  for (const { operation, module } of modules) {
    await writeFile(join(folder, 'src', `${module}.js`), sourceForRelay(operation, module));
  }
  const config = {
    src: 'src',
    schema: 'schema.graphql',
    language: 'javascript',
    artifactDirectory: 'compiled',
    eagerEsModules: true,
  };
  await writeFile(join(folder, 'relay.config.json'), JSON.stringify(config));
  const compiler = join(import.meta.dirname, 'node_modules/relay-compiler/cli.js');
  await promisify(execFile)(process.execPath, [compiler, 'relay.config.json'], { cwd: folder });
  return new Map(
    await Promise.all(
      modules.map(async ({ operation, module }) => {
        const kind = /^\s*mutation\b/m.test(operation.source) ? 'Mutation' : 'Query';
        const file = join(folder, 'compiled', `${module}${kind}.graphql.js`);
        const { default: request } = await import(/* @vite-ignore */ pathToFileURL(file).href);
        return [operation.name, request as ConcreteRequest] as const;
      }),
    ),
  );
}

/** A Relay environment with the default store. */
export function openRelayEnvironment({ url, fetch }: ClientOptions): Environment {
  const network = Network.create(async ({ text }, variables) => {
    const body = JSON.stringify({ query: text, variables });
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    return (await response.json()) as GraphQLResponse;
  });
  return new Environment({ network, store: new Store(new RecordSource()) });
}

interface RelayOptions extends ClientOptions {
  compiled: CompiledOperations;
}

/** Relay with its default store. */
export function openRelayClient({ compiled, ...options }: RelayOptions): CachedClient {
  const environment = openRelayEnvironment(options);
  return {
    async run({ name }, variables) {
      const request = compiled.get(name);
      if (request === undefined) throw new Error(`Relay has not compiled the operation ${name}.`);
      if (request.params.operationKind === 'mutation') {
        return new Promise((resolve, reject) => {
          commitMutation(environment, { mutation: request, variables, onCompleted: resolve, onError: reject });
        });
      }
      // As a mounted component does, so that the store keeps the data.
      environment.retain(createOperationDescriptor(request, variables));
      return fetchQuery(environment, request, variables, { fetchPolicy: 'store-or-network' }).toPromise();
    },
  };
}
