/**
 * A real OpenID Connect provider in the test process. Logins succeed without interaction, and the test determines the
 * claims. The provider can rotate its keys, can be slow or down, and can sign forged tokens with its own key.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import Provider from 'oidc-provider';

export const audience = 'https://gateway.example.org';
const redirectUri = 'http://127.0.0.1/callback';
const batchSecret = 'a secret of the batch client, in tests only';

export interface ForgedToken {
  header?: Record<string, unknown>;
  /** Overrides claims of a valid token. Claims that are undefined are omitted. */
  claims?: Record<string, unknown>;
  signWith?: CryptoKey | Uint8Array;
}

export interface IdentityProvider {
  issuer: string;
  /** Returns the number of requests for the keys. */
  keyRequests(): number;
  /** Additional claims of all tokens from now on. */
  claims: Record<string, unknown>;
  behaviour: 'normal' | 'slow' | 'down';
  /** Requests a token with the authorization code flow and PKCE, like a front end. */
  tokenOfPerson(subject: string): Promise<string>;
  /** Requests a token with client credentials, like a program. */
  tokenOfProgram(): Promise<string>;
  /** Adds a signing key. Removes the former keys unless `keepFormer` is set. */
  rotateKeys(keepFormer?: boolean): Promise<void>;
  /** Signs a token with the current key. Everything that the argument does not override is valid. */
  forge(token?: ForgedToken): Promise<string>;
  publicKey(): JWK;
  stop(): Promise<void>;
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: randomUUID(), alg: 'ES256', use: 'sig' };
}

export async function startIdentityProvider(): Promise<IdentityProvider> {
  let handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  let keyRequests = 0;
  const server = createServer((request, response) => {
    if (request.url === '/jwks') keyRequests += 1;
    if (started.behaviour === 'down') request.socket.destroy();
    else if (started.behaviour === 'normal') void handle(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The provider has no port.');
  const issuer = `http://127.0.0.1:${address.port}`;
  let keys = [await newKey()];

  /** Creates a provider at the same address with the current keys, because the package reads its keys only once. */
  function serve(): void {
    const provider = new Provider(issuer, {
      jwks: { keys },
      cookies: { keys: [randomBytes(16).toString('hex')] },
      clients: [
        {
          client_id: 'front-end',
          application_type: 'native',
          token_endpoint_auth_method: 'none',
          redirect_uris: [redirectUri],
          grant_types: ['authorization_code'],
          response_types: ['code'],
          id_token_signed_response_alg: 'ES256',
        },
        {
          client_id: 'batch',
          client_secret: batchSecret,
          redirect_uris: [],
          grant_types: ['client_credentials'],
          response_types: [],
          id_token_signed_response_alg: 'ES256',
        },
      ],
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          defaultResource: () => audience,
          useGrantedResource: () => true,
          getResourceServerInfo: () => ({
            scope: 'api',
            audience,
            accessTokenFormat: 'jwt',
            accessTokenTTL: 600,
            jwt: { sign: { alg: 'ES256' } },
          }),
        },
      },
      interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
      findAccount: (_context: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
      extraTokenClaims: () => started.claims,
      ttl: { AccessToken: 600, ClientCredentials: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    });
    const callback = provider.callback();
    handle = async (request, response) => {
      if (!request.url?.startsWith('/interaction/')) return callback(request, response);
      const { params } = await provider.interactionDetails(request, response);
      const accountId = params.login_hint ?? '';
      const grant = new provider.Grant({ accountId, clientId: params.client_id ?? '' });
      grant.addOIDCScope('openid');
      grant.addResourceScope(audience, 'api');
      const grantId = await grant.save();
      await provider.interactionFinished(request, response, { login: { accountId }, consent: { grantId } });
    };
  }

  async function tokenFrom(body: Record<string, string>, headers: Record<string, string> = {}): Promise<string> {
    const response = await fetch(`${issuer}/token`, { method: 'POST', headers, body: new URLSearchParams(body) });
    const result = (await response.json()) as { access_token?: string };
    if (result.access_token === undefined) throw new Error(`The token is missing: ${JSON.stringify(result)}`);
    return result.access_token;
  }

  const started: IdentityProvider = {
    issuer,
    keyRequests: () => keyRequests,
    claims: {},
    behaviour: 'normal',
    async tokenOfPerson(subject) {
      const verifier = randomBytes(32).toString('base64url');
      const parameters = new URLSearchParams({
        client_id: 'front-end',
        response_type: 'code',
        redirect_uri: redirectUri,
        scope: 'openid api',
        resource: audience,
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
        login_hint: subject,
      });
      const cookies = new Map<string, string>();
      let location = `${issuer}/auth?${parameters}`;
      while (!location.startsWith(redirectUri)) {
        const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
        const response = await fetch(location, { redirect: 'manual', headers: { cookie } });
        for (const header of response.headers.getSetCookie()) {
          const [name = '', value = ''] = (header.split(';')[0] ?? '').split('=');
          if (value === '') cookies.delete(name);
          else cookies.set(name, value);
        }
        const next = response.headers.get('location');
        if (next === null) throw new Error(`The provider responded with ${response.status}: ${await response.text()}`);
        location = new URL(next, location).href;
      }
      const code = new URL(location).searchParams.get('code');
      if (code === null) throw new Error(`The code is missing: ${location}`);
      return tokenFrom({
        grant_type: 'authorization_code',
        client_id: 'front-end',
        code,
        redirect_uri: redirectUri,
        code_verifier: verifier,
        resource: audience,
      });
    },
    tokenOfProgram() {
      const credentials = ['batch', batchSecret].map(encodeURIComponent).join(':');
      const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
      return tokenFrom({ grant_type: 'client_credentials', scope: 'api', resource: audience }, { authorization });
    },
    async rotateKeys(keepFormer = true) {
      keys = [await newKey(), ...(keepFormer ? keys : [])];
      serve();
    },
    async forge({ header = {}, claims = {}, signWith } = {}) {
      const [key] = keys;
      if (key === undefined) throw new Error('The provider must have a key.');
      const now = Math.floor(Date.now() / 1000);
      const validClaims = { iss: issuer, aud: audience, sub: 'forged', jti: randomUUID(), iat: now, exp: now + 600 };
      return new SignJWT({ ...validClaims, ...claims })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: key.kid, ...header })
        .sign(signWith ?? (await importJWK(key, 'ES256')));
    },
    publicKey() {
      const { d: _private, ...publicPart } = keys[0] ?? {};
      return publicPart as JWK;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  serve();
  return started;
}
