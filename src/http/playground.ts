import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { Kind, parse } from 'graphql';
import { ruruHTML } from 'ruru/server';
import { getStaticFile } from 'ruru/static';

const operationsFolder = new URL('../../schema/operations/', import.meta.url);
const staticPath = '/playground/static/';

interface Example {
  name: string;
  document: string;
  /** JSON with every variable that the operation declares. */
  variables: string;
}

interface PlaygroundOptions {
  /** Values for the variables of the examples, by name. */
  exampleVariables: Readonly<Record<string, unknown>>;
  /** Whether the gateway executes trusted documents only. */
  trustedOnly: boolean;
}

/** `/playground`: an editor for operations with the schema's documentation. It asks no other host for anything. */
export function addPlayground(app: FastifyInstance, { exampleVariables, trustedOnly }: PlaygroundOptions): void {
  const examples = readExamples(exampleVariables);

  app.get<{ Querystring: { example?: string } }>('/playground', async (request, reply) => {
    const nonce = randomBytes(16).toString('base64');
    const chosen = examples.find(({ name }) => name === request.query.example);
    reply.isCompressible = true;
    return reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('content-security-policy', contentSecurityPolicy(nonce))
      .send(page({ examples, chosen, nonce, trustedOnly }));
  });

  app.get(`${staticPath}*`, async (request, reply) => {
    const file = await getStaticFile({
      staticPath,
      urlPath: request.url,
      acceptEncoding: request.headers['accept-encoding'],
      disallowDevAssets: true,
    });
    if (file === null) return reply.callNotFound();
    reply.headers({ ...file.headers, vary: 'accept-encoding', 'cache-control': 'public, max-age=3600' });
    // Workers are judged by the policy of their own file.
    reply.header('content-security-policy', "default-src 'self'");
    return reply.send(file.content);
  });
}

/** The shipped operations. Variables without an example value are empty. */
function readExamples(exampleVariables: Readonly<Record<string, unknown>>): Example[] {
  return readdirSync(operationsFolder)
    .filter((file) => file.endsWith('.graphql'))
    .sort()
    .map((file) => {
      const document = readFileSync(new URL(file, operationsFolder), 'utf8');
      const variables: Record<string, unknown> = {};
      for (const definition of parse(document).definitions) {
        if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
        for (const { variable, type, defaultValue } of definition.variableDefinitions ?? []) {
          const name = variable.name.value;
          if (Object.hasOwn(exampleVariables, name)) variables[name] = exampleVariables[name];
          else if (type.kind === Kind.NON_NULL_TYPE && !defaultValue) variables[name] = name === 'input' ? {} : '';
        }
      }
      return { name: file.replace(/\.graphql$/, ''), document, variables: JSON.stringify(variables, null, 2) };
    });
}

function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    // The editor sets styles on its elements.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

interface Page extends Pick<PlaygroundOptions, 'trustedOnly'> {
  examples: Example[];
  chosen: Example | undefined;
  nonce: string;
}

function page({ examples, chosen, nonce, trustedOnly }: Page): string {
  const options = {
    defaultQuery: examples[0]?.document ?? '{ __typename }\n',
    ...(chosen && { initialQuery: chosen.document, initialVariables: chosen.variables }),
  };
  const html = ruruHTML({
    staticPath,
    endpoint: '/graphql',
    htmlParts: {
      titleTag: '<title>Customer gateway: playground</title>',
      styleTags: (original) => `${original}<style>${styles}</style>`,
      bodyContent: (original) => toolbar(examples, chosen) + (trustedOnly ? notice : '') + original,
      bodyInitScript: `<script type="module">${initScript(options)}</script>`,
    },
  });
  return html.replaceAll('<script', `<script nonce="${nonce}"`);
}

const styles = `
  body { display: flex; flex-direction: column; height: 100vh; font-family: system-ui, sans-serif; }
  #ruru-root { flex: 1; min-height: 0; height: auto; }
  #gateway-toolbar { display: flex; gap: 1rem; align-items: center; padding: 0.5rem 1rem; background: #1f2a44; color: #fff; }
  #gateway-toolbar form { display: flex; gap: 0.5rem; align-items: center; margin: 0; }
  #gateway-token { width: 24rem; max-width: 40vw; }
  #gateway-notice { margin: 0; padding: 0.5rem 1rem; background: #fff3cd; color: #40320a; }
`;

const notice = `
    <p id="gateway-notice" role="status">
      This gateway executes only trusted documents. Other operations, and the queries for the documentation of the schema, fail
      with DOCUMENT_NOT_TRUSTED.
    </p>`;

function toolbar(examples: Example[], chosen: Example | undefined): string {
  const options = examples.map(
    ({ name }) => `<option${name === chosen?.name ? ' selected' : ''}>${escapeHtml(name)}</option>`,
  );
  return `
    <header id="gateway-toolbar">
      <form action="/playground" method="get">
        <label for="gateway-example">Example</label>
        <select id="gateway-example" name="example">${options.join('')}</select>
        <button>Open</button>
      </form>
      <label for="gateway-token">Token</label>
      <input id="gateway-token" type="password" autocomplete="off" spellcheck="false"
        placeholder="Without a token only public fields answer">
    </header>`;
}

/** Sends the token with every operation; it lives as long as the browser's tab. */
const initScript = (options: object) => `
  import { React, createRoot, Ruru } from '${staticPath}ruru.js';
  const token = document.getElementById('gateway-token');
  token.value = sessionStorage.getItem('gateway:token') ?? '';
  token.addEventListener('input', () => sessionStorage.setItem('gateway:token', token.value.trim()));
  const fetcher = async (operation, options) => {
    const authorization = token.value.trim() ? { authorization: 'Bearer ' + token.value.trim() } : {};
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...authorization, ...options?.headers },
      body: JSON.stringify(operation),
    });
    return response.json();
  };
  const options = ${JSON.stringify(options).replaceAll('<', '\\u003c')};
  createRoot(document.getElementById('ruru-root'))
    .render(React.createElement(Ruru, { ...RURU_CONFIG, ...options, fetcher }));
`;

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
