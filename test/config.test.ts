import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSigningKey } from '../src/auth/signing-key.ts';
import { InstallationSecret } from '../src/base/installation-secret.ts';
import { ConfigurationError, type Environment, readConfig, readSettings } from '../src/config.ts';

const secrets = { GATEWAY_SECRET: 's'.repeat(32), GATEWAY_SIGNING_KEY: createSigningKey() };

function problemsOf(environment: Environment): readonly string[] {
  try {
    readConfig({ ...secrets, ...environment });
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

test('readConfig needs only the secrets, and its defaults are safe on one machine', () => {
  const config = readConfig(secrets);
  expect(config).toMatchObject({
    databaseUrl: 'file:data/gateway.db',
    databaseOwnerUrl: null,
    environment: 'development',
    host: '127.0.0.1',
    port: 4000,
    healthPort: null,
    tokenLifetimeSeconds: 3600,
    passwordCost: { memoryKibibytes: 19_456, passes: 2 },
    newUsersPerHour: 20,
    mail: null,
    passwordReset: null,
    oidcIssuers: [],
    corsOrigins: [],
    trustedProxies: [],
    introspection: true,
    errorDetail: true,
    playground: true,
    customerFirehose: false,
    grantApproval: 'off',
    execution: 'compiled',
    jitsi: { domain: null, appId: null, secret: null },
    limits: { maxBodyBytes: 262_144, maxTokens: 1500, operationTimeoutMilliseconds: 15_000 },
    logLevel: 'info',
  });
  expect(Object.isFrozen(config) && Object.isFrozen(config.limits) && Object.isFrozen(config.corsOrigins)).toBe(true);
});

test('grantApproval defaults to on in production only', () => {
  const approvalIn = (environment: Record<string, string>) => readConfig({ ...secrets, ...environment }).grantApproval;

  expect(approvalIn({ NODE_ENV: 'production' })).toBe('on');
  expect(approvalIn({ NODE_ENV: 'production', GATEWAY_GRANT_APPROVAL: 'off' })).toBe('off');
  expect(approvalIn({ NODE_ENV: 'development' })).toBe('off');
  expect(approvalIn({ GATEWAY_GRANT_APPROVAL: 'every' })).toBe('every');
  expect(() => approvalIn({ GATEWAY_GRANT_APPROVAL: 'yes' })).toThrow('GATEWAY_GRANT_APPROVAL must be one of');
});

test('in production, introspection, error detail, and the playground are off by default', () => {
  const byDefault = readConfig({ ...secrets, NODE_ENV: 'production' });
  expect([byDefault.introspection, byDefault.errorDetail, byDefault.playground]).toEqual([false, false, false]);
  const enabled = readConfig({
    ...secrets,
    NODE_ENV: 'production',
    GATEWAY_INTROSPECTION: 'on',
    GATEWAY_PLAYGROUND: 'on',
  });
  expect([enabled.introspection, enabled.errorDetail, enabled.playground]).toEqual([true, false, true]);
});

test.each([
  ['NODE_ENV', 'staging', 'one of development, production, test'],
  ['DATABASE_URL', 'mysql://localhost/gateway', 'file:…, a path, or postgres://…'],
  ['DATABASE_OWNER_URL', 'file:data/gateway.db', 'postgres://…'],
  [
    'DATABASE_REPLICA_URLS',
    'postgres://replica/gateway,file:data/gateway.db',
    'a comma-separated list of postgres://…',
  ],
  ['DATABASE_REPLICA_MAX_LAG', '10', 'an integer with a unit'],
  ['PORT', '65536', 'an integer from 0 to 65,535'],
  ['PORT', '80a', 'an integer from 0 to 65,535'],
  ['GATEWAY_HEALTH_PORT', '4000', 'another port than PORT'],
  ['GATEWAY_HEALTH_PORT', '65536', 'an integer from 0 to 65,535'],
  ['LOG_LEVEL', 'loud', 'one of fatal, error, warn, info, debug, trace, silent'],
  ['GATEWAY_ARGON2_MEMORY_KIB', '19455', 'an integer from 19,456'],
  ['GATEWAY_ARGON2_PASSES', '1', 'an integer from 2'],
  ['GATEWAY_NEW_USERS_PER_HOUR', '0', 'an integer from 1'],
  ['GATEWAY_PUBLIC_URL', 'gateway.example.org', 'the URL at which clients reach the gateway'],
  ['GATEWAY_TOKEN_LIFETIME', '90', 'an integer with a unit'],
  ['GATEWAY_TOKEN_LIFETIME', '31d', 'from 1s to 30d'],
  ['GATEWAY_OPERATION_TIMEOUT', '0s', 'from 1s to 10m'],
  ['GATEWAY_CORS_ORIGINS', 'https://app.example.org/path', 'a comma-separated list of origins'],
  ['GATEWAY_CORS_ORIGINS', '*', 'a comma-separated list of origins'],
  ['GATEWAY_CORS_ORIGINS', 'https://*.example.org', 'a comma-separated list of origins'],
  ['GATEWAY_CORS_HEADERS', 'x-tenant, *', 'a comma-separated list of names of headers'],
  ['GATEWAY_TRUSTED_DOCUMENTS', 'web.json', 'a comma-separated list of name=file'],
  ['GATEWAY_TRUSTED_DOCUMENTS_MODE', 'on', 'one of off, log, only'],
  ['GATEWAY_TOKEN_MAX_LIFETIME', '366d', 'from 1s to 365d'],
  ['GATEWAY_TRUSTED_PROXIES', '10.0.0.0/33', 'a comma-separated list of IP addresses and networks'],
  ['GATEWAY_TRUSTED_PROXIES', 'everyone', 'a comma-separated list of IP addresses and networks'],
  ['GATEWAY_INTROSPECTION', 'true', 'one of on, off'],
  ['GATEWAY_CUSTOMER_FIREHOSE', 'yes', 'one of on, off'],
  ['GATEWAY_EXECUTION', 'jit', 'one of compiled, interpreted'],
  ['GATEWAY_MAX_BODY_BYTES', '12', 'an integer from 1,024 to 10,485,760'],
  ['GATEWAY_MAX_TOKENS', '1501', 'an integer from 10 to 1,500'],
  ['GATEWAY_MAX_DEPTH', '-1', 'an integer from 1 to 100'],
  ['GATEWAY_SECRET', 'too short', 'at least 32 characters'],
  [
    'GATEWAY_FORMER_SECRETS',
    `${'s'.repeat(32)},too short`,
    'a comma-separated list of earlier values of GATEWAY_SECRET',
  ],
  ['GATEWAY_AUDIT_RETENTION', '23h', 'from 1d to 36525d'],
  ['GATEWAY_AUDIT_RETENTION', '36526d', 'from 1d to 36525d'],
  ['GATEWAY_JITSI_DOMAIN', 'https://meet.example.org', 'a host name, such as meet.example.org'],
  ['GATEWAY_JITSI_APP_ID', 'my app', 'visible ASCII characters'],
  ['GATEWAY_JITSI_SECRET', 'too short', 'at least 32 characters'],
  ['GATEWAY_SIGNING_KEY', 'no key at all', 'an Ed25519 or P-256 private key'],
  ['GATEWAY_OIDC_ISSUERS', 'https://id.example.org', 'issuer|audience'],
  ['GATEWAY_OIDC_ISSUERS', 'http://id.example.org|gateway', 'issuer|audience'],
  ['GATEWAY_OIDC_ISSUERS', 'https://user:password@id.example.org|gateway', 'issuer|audience'],
  ['GATEWAY_OIDC_ENTITLEMENTS', 'https://id.example.org|groups|clerks|CanFly@gh.29.uk', 'issuer|claim'],
  ['GATEWAY_OIDC_ENTITLEMENTS', 'https://id.example.org|groups|clerks|CanGetCustomer', 'issuer|claim'],
  ['GATEWAY_OIDC_ENTITLEMENTS', 'https://id.example.org|groups|clerks', 'issuer|claim'],
  ['GATEWAY_OIDC_ENTITLEMENTS', 'https://id.example.org|groups', 'about issuers that GATEWAY_OIDC_ISSUERS names'],
])('rejects %s=%s with the rule of the variable', (name, value, rule) => {
  const problems = problemsOf({ [name]: value });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(new RegExp(`^${name} must be `));
  expect(problems[0]).toContain(rule);
});

test('DATABASE_OWNER_URL is rejected for SQLite', () => {
  const DATABASE_OWNER_URL = 'postgres://owner:hunter2@db.example.org/gateway';
  const [problem, ...others] = problemsOf({ DATABASE_OWNER_URL });
  expect(problem).toMatch(/^DATABASE_OWNER_URL applies to PostgreSQL only/);
  expect(others).toEqual([]);
  expect(problem).not.toContain('hunter2');
  const DATABASE_URL = 'postgres://gateway:hunter2@db.example.org/gateway';
  expect(readConfig({ ...secrets, DATABASE_URL, DATABASE_OWNER_URL }).databaseOwnerUrl).toBe(DATABASE_OWNER_URL);
});

test('DATABASE_REPLICA_URLS is rejected for SQLite', () => {
  const DATABASE_REPLICA_URLS =
    'postgres://gateway:hunter2@one.example.org/gateway, postgres://two.example.org/gateway';
  const [problem, ...others] = problemsOf({ DATABASE_REPLICA_URLS });
  expect(problem).toMatch(/^DATABASE_REPLICA_URLS applies to PostgreSQL only/);
  expect(others).toEqual([]);
  expect(problem).not.toContain('hunter2');
  const DATABASE_URL = 'postgres://gateway:hunter2@db.example.org/gateway';
  expect(readConfig({ ...secrets, DATABASE_URL, DATABASE_REPLICA_URLS })).toMatchObject({
    databaseReplicaUrls: DATABASE_REPLICA_URLS.split(', '),
    replicaMaxLagSeconds: 10,
  });
});

test('oidcIssuers combines the audiences and the claim mappings of each issuer', () => {
  const { oidcIssuers } = readConfig({
    ...secrets,
    GATEWAY_OIDC_ISSUERS: 'https://id.example.org|gateway, http://127.0.0.1:8080|gateway, https://id.example.org|api',
    GATEWAY_OIDC_ENTITLEMENTS:
      'https://id.example.org|roles, https://id.example.org|groups|clerks|CanGetCustomer@gh.29.uk',
  });
  expect(oidcIssuers).toEqual([
    {
      issuer: 'https://id.example.org',
      audiences: ['gateway', 'api'],
      claimMappings: [
        { claim: 'roles', when: null },
        { claim: 'groups', when: { value: 'clerks', role: { roleName: 'CanGetCustomer', bankId: 'gh.29.uk' } } },
      ],
    },
    { issuer: 'http://127.0.0.1:8080', audiences: ['gateway'], claimMappings: [] },
  ]);
});

test('the former secrets and the retention of the audit trail are read from lists and durations', () => {
  const [one, other] = ['a'.repeat(32), 'b'.repeat(40)];
  const environment = { ...secrets, GATEWAY_FORMER_SECRETS: `${one}, ${other}`, GATEWAY_AUDIT_RETENTION: '3650d' };
  const { secret, auditRetentionSeconds } = readSettings(environment, ['secret']);
  const hashes = secret.hashes('gateway idempotency', 'key');
  expect(hashes.slice(1)).toEqual(
    [one, other].map((text) => new InstallationSecret(text).hash('gateway idempotency', 'key')),
  );
  expect(auditRetentionSeconds).toBe(3650 * 86_400);
  const none = readSettings(secrets, ['secret']);
  expect([none.secret.hasFormer, none.auditRetentionSeconds]).toEqual([false, null]);
  expect(problemsOf({ GATEWAY_FORMER_SECRETS: 'hunter2' })[0]).not.toContain('hunter2');
});

test('the number of former secrets is limited, because each of them is tried', () => {
  const list = (length: number) => Array.from({ length }, (_, index) => String(index).repeat(32)).join();
  expect(problemsOf({ GATEWAY_FORMER_SECRETS: list(51) })).toEqual([
    'GATEWAY_FORMER_SECRETS must be a comma-separated list of earlier values of GATEWAY_SECRET, at most 50, with each comma in a value as %2C.',
  ]);
  const { secret } = readConfig({ ...secrets, GATEWAY_FORMER_SECRETS: list(50) });
  expect(secret.keys('gateway cursor')).toHaveLength(51);
});

test('ConfigurationError contains the problems of all variables', () => {
  const problems = problemsOf({ PORT: 'x', LOG_LEVEL: 'x', GATEWAY_MAX_DEPTH: 'x', GATEWAY_SECRET: undefined });
  expect(problems.map((problem) => problem.split(' ')[0]).sort()).toEqual([
    'GATEWAY_MAX_DEPTH',
    'GATEWAY_SECRET',
    'LOG_LEVEL',
    'PORT',
  ]);
});

test('a problem never contains the value of a secret', () => {
  const problems = problemsOf({ GATEWAY_SECRET: 'hunter2', GATEWAY_SIGNING_KEY: '{"d":"hunter2"}' });
  expect(problems).toHaveLength(2);
  expect(problems.join()).not.toContain('hunter2');
});

test('readConfig fails without the secrets, and readSettings only without those that it is asked for', () => {
  expect(problemsOf({ GATEWAY_SECRET: '', GATEWAY_SIGNING_KEY: '' })).toEqual([
    expect.stringMatching(/^GATEWAY_SECRET must be set/),
    expect.stringMatching(/^GATEWAY_SIGNING_KEY_FILE must be set/),
  ]);
  expect(readSettings({}, []).port).toBe(4000);
  expect(() => readSettings({}, ['signing'])).toThrow(/^GATEWAY_SIGNING_KEY_FILE must be set/);
});

test('the signing key is read from a file or from the environment, but not from both', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'keys-')), 'signing.jwk');
  const fromFile = { GATEWAY_SIGNING_KEY: undefined, GATEWAY_SIGNING_KEY_FILE: file };
  expect(problemsOf(fromFile)).toEqual([expect.stringMatching(/^GATEWAY_SIGNING_KEY_FILE must be a readable file/)]);
  await writeFile(file, createSigningKey());
  expect(problemsOf(fromFile)).toEqual([]);
  expect(problemsOf({ GATEWAY_SIGNING_KEY_FILE: file })).toEqual([expect.stringContaining('must not both be set')]);
});

test('a subgraph accepts operations as texts, because routers write them', () => {
  const documents = { GATEWAY_TRUSTED_DOCUMENTS: 'web=/etc/gateway/web.json', GATEWAY_TRUSTED_DOCUMENTS_MODE: 'only' };

  expect(problemsOf({ ...documents, GATEWAY_FEDERATION: 'on' })).toEqual([
    'GATEWAY_FEDERATION must be off if GATEWAY_TRUSTED_DOCUMENTS_MODE is only.',
  ]);
  expect(problemsOf({ ...documents, GATEWAY_FEDERATION: 'on', GATEWAY_TRUSTED_DOCUMENTS_MODE: 'log' })).toEqual([]);
});

test('an unknown variable is a problem, unless Kubernetes sets it for a service', () => {
  const problems = problemsOf({
    GATEWAY_CORS_ORIGIN: 'https://app.example.org',
    GATEWAY_PORT_80_TCP: 'tcp://10.0.0.1',
  });

  expect(problems).toEqual(['GATEWAY_CORS_ORIGIN is not a variable of the gateway. Check its spelling.']);
});

test('the URL of the mail server can be in a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'smtp-'));
  const [file, invalid] = [join(folder, 'url'), join(folder, 'invalid')];
  const url = 'smtps://user:S3cret@mail.example.org';
  await writeFile(file, `${url}\n`);
  await writeFile(invalid, 'mail.example.org S3cret');
  const mail = { GATEWAY_MAIL_FROM: 'no-reply@example.org', GATEWAY_PUBLIC_URL: 'https://gateway.example.org' };

  expect(readConfig({ ...secrets, ...mail, GATEWAY_SMTP_URL_FILE: file }).mail).toMatchObject({ smtpUrl: url });
  expect(problemsOf({ ...mail, GATEWAY_SMTP_URL_FILE: file, GATEWAY_SMTP_URL: url })).toEqual([
    'GATEWAY_SMTP_URL and GATEWAY_SMTP_URL_FILE must not both be set.',
  ]);
  for (const GATEWAY_SMTP_URL_FILE of [invalid, join(folder, 'missing')]) {
    const problems = problemsOf({ ...mail, GATEWAY_SMTP_URL_FILE });
    expect(problems).toEqual([expect.stringMatching(/^GATEWAY_SMTP_URL_FILE must be a readable file with a URL/)]);
    expect(problems.join()).not.toContain('S3cret');
  }
});

test('email needs all of its variables, and a public URL alone does not enable it', () => {
  const mail = {
    GATEWAY_SMTP_URL: 'smtps://user:password@mail.example.org',
    GATEWAY_MAIL_FROM: 'The Bank <no-reply@example.org>',
    GATEWAY_PUBLIC_URL: 'https://gateway.example.org/',
  };
  expect(readConfig({ ...secrets, ...mail }).mail).toEqual({
    smtpUrl: mail.GATEWAY_SMTP_URL,
    from: mail.GATEWAY_MAIL_FROM,
    publicUrl: 'https://gateway.example.org',
  });
  expect(problemsOf({ ...mail, GATEWAY_PUBLIC_URL: '' })).toEqual(['GATEWAY_PUBLIC_URL must be set to send email.']);
  expect(problemsOf({ ...mail, GATEWAY_SMTP_URL: 'http://mail.example.org' })).toEqual([
    expect.stringMatching(/^GATEWAY_SMTP_URL must be smtp:\/\/… or smtps:\/\/…/),
  ]);
  for (const from of ['The Bank', 'The Bank <no-reply>', 'a@example.org\r\nBcc: b@example.org']) {
    expect(problemsOf({ ...mail, GATEWAY_MAIL_FROM: from })).toEqual([
      expect.stringMatching(/^GATEWAY_MAIL_FROM must be an email address/),
    ]);
  }
  expect(readConfig({ ...secrets, GATEWAY_PUBLIC_URL: mail.GATEWAY_PUBLIC_URL }).mail).toBeNull();
  expect(problemsOf({ ...mail, GATEWAY_SMTP_URL: '' })).toEqual(['GATEWAY_SMTP_URL must be set to send email.']);
});

test('readConfig requires manifests if untrusted documents are logged or refused', () => {
  for (const mode of ['log', 'only']) {
    expect(problemsOf({ GATEWAY_TRUSTED_DOCUMENTS_MODE: mode })).toEqual([
      'GATEWAY_TRUSTED_DOCUMENTS must be set unless GATEWAY_TRUSTED_DOCUMENTS_MODE is off.',
    ]);
  }
  const { trustedDocuments } = readConfig({ ...secrets, GATEWAY_TRUSTED_DOCUMENTS: 'web=a.json, mobile app=b=c.json' });
  expect(trustedDocuments).toEqual({
    mode: 'off',
    manifests: [
      { clientName: 'web', file: 'a.json' },
      { clientName: 'mobile app', file: 'b=c.json' },
    ],
  });
});
