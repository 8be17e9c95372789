import { readFileSync } from 'node:fs';
import { isIP, isIPv4 } from 'node:net';
import { z } from 'zod';
import type { CostLimits } from './auth/cost-budget.ts';
import type { MailSettings } from './auth/mailer.ts';
import { isClaimMapping, isIssuerAndAudience, type OidcIssuer, oidcIssuers } from './auth/oidc-issuer.ts';
import { leastPasswordCost, type PasswordCost } from './auth/password.ts';
import { parseSigningKeys, type SigningKey } from './auth/tokens.ts';
import { durationInSeconds } from './base/duration.ts';
import { isDatabaseUrl, isPostgresqlUrl, parseConnectionUrl } from './database/connection-url.ts';
import { defaultDatabaseUrl, dialectOf } from './database/dialect.ts';
import { type AnswerLimits, defaultAnswerLimits, maxConfigurableObjects } from './execution/answer-meter.ts';
import { defaultLimits, type OperationLimits } from './execution/limits.ts';
import { documentLimits } from './execution/parse-options.ts';

/** Everything that an operator can set. Made by `readConfig` only, and frozen. */
export interface Settings {
  readonly databaseUrl: string;
  /** On PostgreSQL the user who owns the tables, and migrates; null: the one of `databaseUrl` does. */
  readonly databaseOwnerUrl: string | null;
  /** Streaming replicas of the same PostgreSQL server, which answer queries; each URL is that of one replica. */
  readonly databaseReplicaUrls: readonly string[];
  /** A replica that is further behind is not asked. */
  readonly replicaMaxLagSeconds: number;
  readonly environment: 'development' | 'production' | 'test';
  readonly host: string;
  /** 0 is any free port. */
  readonly port: number;
  readonly tokenLifetimeSeconds: number;
  /** The OpenID Connect providers whose tokens are accepted too. */
  readonly oidcIssuers: readonly OidcIssuer[];
  /** What one password hash takes. A hash that was made for less is made again at the next login. */
  readonly passwordCost: Readonly<PasswordCost>;
  /** How many users one client address may create in an hour, at each process. */
  readonly newUsersPerHour: number;
  /** Null: no mail is sent, and who creates a user is logged in at once. */
  readonly mail: Readonly<MailSettings> | null;
  /** Origins of front ends that browsers let in. None: no CORS at all. */
  readonly corsOrigins: readonly string[];
  /** Addresses and networks whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  readonly introspection: boolean;
  /** Whether errors name what the schema has: "did you mean". */
  readonly errorDetail: boolean;
  readonly playground: boolean;
  readonly customerFirehose: boolean;
  /** The number of accounts that a user can get within 24 hours before createAccount requires CanCreateAccount. */
  readonly newAccountsPerDay: number;
  /** Whether users without CanCreateAccount can choose the ID and the routings of an account that they open. */
  readonly selfServiceRoutings: boolean;
  /** Which grants need the approval of a second granter. */
  readonly grantApproval: GrantApproval;
  /** How long events stay in the audit trail at least; null: for ever. */
  readonly auditRetentionSeconds: number | null;
  /** How operations are run: by plans that are kept with their documents, or by graphql-js, which is the reference. */
  readonly execution: 'compiled' | 'interpreted';
  /** The Jitsi Meet server on which meetings take place: none of it, or all, or what an operator still has to complete. */
  readonly jitsi: Readonly<JitsiSettings>;
  readonly limits: Readonly<Limits>;
  readonly logLevel: (typeof logLevels)[number];
}

export interface JitsiSettings {
  /** The host name of the server, in lower case. */
  domain: string | null;
  appId: string | null;
  /** Signs the tokens that open rooms; shared with the server, and never logged. */
  secret: string | null;
}

export interface Limits extends OperationLimits, AnswerLimits, CostLimits {
  maxBodyBytes: number;
  maxTokens: number;
  /** How long one operation may take. */
  operationTimeoutMilliseconds: number;
  maxConnections: number;
  /** For each IPv4 address and each /64 network of IPv6 that is not a trusted proxy. */
  maxConnectionsPerAddress: number;
}

/** What has no default, and what not every command needs. */
export interface Secrets {
  /** Keys are derived from it, such as that of cursors; every process of an installation has the same. */
  readonly secret: string;
  /** What the secret was before: the audit trail of that time is verified with them, and nothing else. */
  readonly formerSecrets: readonly string[];
  readonly signing: SigningKey;
}

/** What serving takes. */
export type Config = Settings & Pick<Secrets, 'secret' | 'signing'>;

export type Environment = Readonly<Record<string, string | undefined>>;

/** All that is wrong with the environment: a line for each variable, never its value. */
export class ConfigurationError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigurationError';
  }
}

/** Which grants need a second granter: none, those of roles that grant and those upstream, or every grant. */
const grantApprovals = ['off', 'on', 'every'] as const;
export type GrantApproval = (typeof grantApprovals)[number];

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

function wholeNumber(from: number, to: number, unset: number) {
  const allowed = `a whole number from ${from} to ${to}`;
  const inRange = (text: string) => /^\d{1,15}$/.test(text) && Number(text) >= from && Number(text) <= to;
  return z.string().refine(inRange, allowed).transform(Number).default(unset);
}

function duration(longest: string, unset: string) {
  const limit = durationInSeconds(longest) ?? 0;
  const inRange = (text: string) => {
    const seconds = durationInSeconds(text);
    return seconds !== null && seconds >= 1 && seconds <= limit;
  };
  return z
    .string()
    .refine(inRange, `a whole number with its unit (s, m, h or d), from 1s to ${longest}, such as ${unset}`)
    .transform((text) => durationInSeconds(text) ?? 0)
    .default(durationInSeconds(unset) ?? 0);
}

function oneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, `one of ${values.join(', ')}`);
}

function onOrOff() {
  return oneOf(['on', 'off']).transform((value) => value === 'on');
}

function commaList(isAllowed: (item: string) => boolean, allowed: string) {
  return z
    .string()
    .transform((text) => text.split(',').map((item) => item.trim()))
    .refine((items) => items.every(isAllowed), `a comma-separated list of ${allowed}`)
    .default([]);
}

function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === text;
}

function isAddressOrNetwork(text: string): boolean {
  const [address = '', bits, more] = text.split('/');
  if (isIP(address) === 0 || more !== undefined) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isIPv4(address) ? 32 : 128));
}

function isSmtpUrl(text: string): boolean {
  const url = parseConnectionUrl(text);
  return url !== null && /^smtps?$/.test(url.protocol) && url.host !== '' && URL.canParse(text);
}

/** `name@host`, or `A name <name@host>`. */
function isSender(text: string): boolean {
  const [, address = text] = /^[^<>\r\n]*<([^<>]+)>$/.exec(text) ?? [];
  return z.email().safeParse(address).success;
}

function isRetention(text: string): boolean {
  const seconds = durationInSeconds(text);
  return seconds !== null && seconds >= 86_400 && seconds <= 36_525 * 86_400;
}

function isPublicUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '' && url.hash === '';
}

function isHostName(text: string): boolean {
  return text.length <= 253 && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i.test(text);
}

function isSigningKey(text: string): boolean {
  try {
    parseSigningKeys(text);
    return true;
  } catch {
    return false;
  }
}

function isSigningKeyFile(file: string): boolean {
  try {
    return isSigningKey(readFileSync(file, 'utf8'));
  } catch {
    return false;
  }
}

const postgresqlUrl =
  'postgres://…, such as postgres://user:password@host/database, where the user and the password are percent-encoded';

const variables = z.object({
  DATABASE_URL: z.string().refine(isDatabaseUrl, `file:…, a path, or ${postgresqlUrl}`).default(defaultDatabaseUrl),
  DATABASE_OWNER_URL: z.string().refine(isPostgresqlUrl, postgresqlUrl).optional(),
  DATABASE_REPLICA_URLS: commaList(
    isPostgresqlUrl,
    `postgres://…, one for each replica, where the user and the password are percent-encoded, a comma as %2C`,
  ),
  DATABASE_REPLICA_MAX_LAG: duration('1h', '10s'),
  NODE_ENV: oneOf(['development', 'production', 'test']).default('development'),
  HOST: z.string().default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535, 4000),
  LOG_LEVEL: oneOf(logLevels).default('info'),
  GATEWAY_SECRET: z.string().min(32, 'at least 32 characters').optional(),
  GATEWAY_FORMER_SECRETS: commaList((item) => item.length >= 32, 'earlier values of GATEWAY_SECRET'),
  GATEWAY_SIGNING_KEY: z
    .string()
    .refine(
      isSigningKey,
      'an Ed25519 or P-256 private key, as PKCS#8 PEM or JWK, or a JWK Set that begins with one (see: keys create)',
    )
    .optional(),
  GATEWAY_SIGNING_KEY_FILE: z
    .string()
    .refine(
      isSigningKeyFile,
      'a file that can be read and holds an Ed25519 or P-256 private key, or a JWK Set that begins with one (see: keys create)',
    )
    .optional(),
  GATEWAY_TOKEN_LIFETIME: duration('30d', '1h'),
  GATEWAY_ARGON2_MEMORY_KIB: wholeNumber(
    leastPasswordCost.memoryKibibytes,
    4_194_304,
    leastPasswordCost.memoryKibibytes,
  ),
  GATEWAY_ARGON2_PASSES: wholeNumber(leastPasswordCost.passes, 100, leastPasswordCost.passes),
  GATEWAY_NEW_USERS_PER_HOUR: wholeNumber(1, 1_000_000, 20),
  GATEWAY_SMTP_URL: z
    .string()
    .refine(
      isSmtpUrl,
      'smtp://… or smtps://…, such as smtps://user:password@mail.example.org, where the user and the password are percent-encoded',
    )
    .optional(),
  GATEWAY_MAIL_FROM: z
    .string()
    .refine(isSender, 'an e-mail address, such as The Bank <no-reply@example.org>')
    .optional(),
  GATEWAY_PUBLIC_URL: z
    .string()
    .refine(isPublicUrl, 'the address of this gateway for its clients, such as https://gateway.example.org')
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  GATEWAY_OIDC_ISSUERS: commaList(
    isIssuerAndAudience,
    'issuer|audience, where the issuer is an https URL (http on this machine only), such as https://id.example.org|gateway',
  ),
  GATEWAY_OIDC_ENTITLEMENTS: commaList(
    isClaimMapping,
    'issuer|claim, or issuer|claim|value|role with the role as CanGetAnyUser or CanGetCustomer@gh.29.uk',
  ),
  GATEWAY_CORS_ORIGINS: commaList(isOrigin, 'origins, such as https://app.example.org'),
  GATEWAY_TRUSTED_PROXIES: commaList(isAddressOrNetwork, 'IP addresses and networks, such as 10.0.0.0/8'),
  GATEWAY_INTROSPECTION: onOrOff().optional(),
  GATEWAY_ERROR_DETAIL: onOrOff().optional(),
  GATEWAY_PLAYGROUND: onOrOff().optional(),
  GATEWAY_CUSTOMER_FIREHOSE: onOrOff().default(false),
  GATEWAY_NEW_ACCOUNTS_PER_DAY: wholeNumber(0, 1_000_000, 10),
  GATEWAY_SELF_SERVICE_ROUTINGS: onOrOff().default(false),
  GATEWAY_GRANT_APPROVAL: oneOf(grantApprovals).optional(),
  GATEWAY_AUDIT_RETENTION: z
    .string()
    .refine(isRetention, 'a whole number with its unit (s, m, h or d), from 1d to 36525d, such as 3650d')
    .transform(durationInSeconds)
    .optional(),
  GATEWAY_EXECUTION: oneOf(['compiled', 'interpreted']).default('compiled'),
  GATEWAY_JITSI_DOMAIN: z
    .string()
    .refine(isHostName, 'a host name, such as meet.example.org')
    .transform((name) => name.toLowerCase())
    .optional(),
  GATEWAY_JITSI_APP_ID: z
    .string()
    .regex(/^[\x21-\x7E]{1,255}$/, '1 to 255 visible ASCII characters')
    .optional(),
  GATEWAY_JITSI_SECRET: z.string().min(32, 'at least 32 characters').optional(),
  GATEWAY_MAX_BODY_BYTES: wholeNumber(1024, 10_485_760, 262_144),
  GATEWAY_MAX_TOKENS: wholeNumber(10, documentLimits.parseOptions.maxTokens, documentLimits.parseOptions.maxTokens),
  GATEWAY_MAX_DEPTH: wholeNumber(1, 100, defaultLimits.maxDepth),
  GATEWAY_MAX_ALIASES: wholeNumber(0, 1000, defaultLimits.maxAliases),
  GATEWAY_MAX_ROOT_FIELDS: wholeNumber(1, 1000, defaultLimits.maxRootFields),
  GATEWAY_MAX_LIST_COST: wholeNumber(1, 100_000_000, defaultLimits.maxListCost),
  GATEWAY_MAX_ANSWER_OBJECTS: wholeNumber(100, maxConfigurableObjects, defaultAnswerLimits.maxAnswerObjects),
  GATEWAY_MAX_ANSWER_BYTES: wholeNumber(10_000, 268_435_456, defaultAnswerLimits.maxAnswerBytes),
  GATEWAY_COST_PER_MINUTE: wholeNumber(100, 1_000_000_000, 120_000),
  GATEWAY_ANONYMOUS_COST_PER_MINUTE: wholeNumber(100, 1_000_000_000, 3_000),
  GATEWAY_OPERATION_TIMEOUT: duration('10m', '15s'),
  GATEWAY_MAX_CONNECTIONS: wholeNumber(1, 1_000_000, 1000),
  GATEWAY_MAX_CONNECTIONS_PER_ADDRESS: wholeNumber(1, 1_000_000, 100),
});

/** Reads what serving takes, or throws a ConfigurationError that names every variable that is wrong. */
export function readConfig(environment: Environment): Config {
  return readSettings(environment, ['secret', 'signing']);
}

/** Reads the settings and, of the secrets, those that the command needs. */
export function readSettings<Needed extends keyof Secrets>(
  environment: Environment,
  needed: readonly Needed[],
): Settings & Pick<Secrets, Needed> {
  // A variable that is set to nothing is not set.
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = variables.safeParse(given);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${String(path[0])} must be ${message}.`);
  if (parsed.success) {
    const known = new Set(parsed.data.GATEWAY_OIDC_ISSUERS.map((item) => item.split('|')[0]));
    if (parsed.data.GATEWAY_OIDC_ENTITLEMENTS.some((item) => !known.has(item.split('|')[0]))) {
      problems.push('GATEWAY_OIDC_ENTITLEMENTS must be about issuers that GATEWAY_OIDC_ISSUERS names.');
    }
  }
  if (
    parsed.success &&
    parsed.data.DATABASE_OWNER_URL !== undefined &&
    dialectOf(parsed.data.DATABASE_URL) === 'sqlite'
  ) {
    problems.push('DATABASE_OWNER_URL is for PostgreSQL only, which DATABASE_URL does not name.');
  }
  if (
    parsed.success &&
    parsed.data.DATABASE_REPLICA_URLS.length > 0 &&
    dialectOf(parsed.data.DATABASE_URL) === 'sqlite'
  ) {
    problems.push('DATABASE_REPLICA_URLS is for PostgreSQL only, which DATABASE_URL does not name.');
  }
  const known = new Set(Object.keys(variables.shape));
  for (const name of Object.keys(given)) {
    // Kubernetes gives every container the addresses of its services: GATEWAY_SERVICE_HOST, GATEWAY_PORT_80_TCP, …
    if (!name.startsWith('GATEWAY_') || known.has(name) || /^GATEWAY_(SERVICE|PORT)(_|$)/.test(name)) continue;
    problems.push(`${name} is no variable of the gateway.`);
  }
  const needs = new Set<keyof Secrets>(needed);
  if (needs.has('secret') && given.GATEWAY_SECRET === undefined) {
    problems.push('GATEWAY_SECRET is not set: it must be at least 32 characters, the same for every process.');
  }
  if (given.GATEWAY_SIGNING_KEY !== undefined && given.GATEWAY_SIGNING_KEY_FILE !== undefined) {
    problems.push('GATEWAY_SIGNING_KEY and GATEWAY_SIGNING_KEY_FILE are both set: only one is allowed.');
  } else if (needs.has('signing') && (given.GATEWAY_SIGNING_KEY ?? given.GATEWAY_SIGNING_KEY_FILE) === undefined) {
    problems.push(
      'GATEWAY_SIGNING_KEY_FILE is not set: it must name a file with a private key (see: keys create), or GATEWAY_SIGNING_KEY must hold one.',
    );
  }
  // The public address alone may be of use for something else; the other two are for mail only.
  if (given.GATEWAY_SMTP_URL !== undefined || given.GATEWAY_MAIL_FROM !== undefined) {
    const missing = (['GATEWAY_SMTP_URL', 'GATEWAY_MAIL_FROM', 'GATEWAY_PUBLIC_URL'] as const).filter(
      (name) => given[name] === undefined,
    );
    for (const name of missing) problems.push(`${name} is not set: mail takes it too.`);
  }
  if (!parsed.success || problems.length > 0) throw new ConfigurationError(problems);

  const value = parsed.data;
  const isProduction = value.NODE_ENV === 'production';
  const settings: Settings = {
    databaseUrl: value.DATABASE_URL,
    databaseOwnerUrl: value.DATABASE_OWNER_URL ?? null,
    databaseReplicaUrls: Object.freeze(value.DATABASE_REPLICA_URLS),
    replicaMaxLagSeconds: value.DATABASE_REPLICA_MAX_LAG,
    environment: value.NODE_ENV,
    host: value.HOST,
    port: value.PORT,
    tokenLifetimeSeconds: value.GATEWAY_TOKEN_LIFETIME,
    passwordCost: Object.freeze({
      memoryKibibytes: value.GATEWAY_ARGON2_MEMORY_KIB,
      passes: value.GATEWAY_ARGON2_PASSES,
    }),
    newUsersPerHour: value.GATEWAY_NEW_USERS_PER_HOUR,
    mail: mailSettings(value),
    oidcIssuers: Object.freeze(oidcIssuers(value.GATEWAY_OIDC_ISSUERS, value.GATEWAY_OIDC_ENTITLEMENTS)),
    corsOrigins: Object.freeze(value.GATEWAY_CORS_ORIGINS),
    trustedProxies: Object.freeze(value.GATEWAY_TRUSTED_PROXIES),
    introspection: value.GATEWAY_INTROSPECTION ?? !isProduction,
    errorDetail: value.GATEWAY_ERROR_DETAIL ?? !isProduction,
    playground: value.GATEWAY_PLAYGROUND ?? !isProduction,
    customerFirehose: value.GATEWAY_CUSTOMER_FIREHOSE,
    newAccountsPerDay: value.GATEWAY_NEW_ACCOUNTS_PER_DAY,
    selfServiceRoutings: value.GATEWAY_SELF_SERVICE_ROUTINGS,
    grantApproval: value.GATEWAY_GRANT_APPROVAL ?? (isProduction ? 'on' : 'off'),
    auditRetentionSeconds: value.GATEWAY_AUDIT_RETENTION ?? null,
    execution: value.GATEWAY_EXECUTION,
    jitsi: Object.freeze({
      domain: value.GATEWAY_JITSI_DOMAIN ?? null,
      appId: value.GATEWAY_JITSI_APP_ID ?? null,
      secret: value.GATEWAY_JITSI_SECRET ?? null,
    }),
    limits: Object.freeze({
      maxBodyBytes: value.GATEWAY_MAX_BODY_BYTES,
      maxTokens: value.GATEWAY_MAX_TOKENS,
      maxDepth: value.GATEWAY_MAX_DEPTH,
      maxAliases: value.GATEWAY_MAX_ALIASES,
      maxRootFields: value.GATEWAY_MAX_ROOT_FIELDS,
      maxListCost: value.GATEWAY_MAX_LIST_COST,
      maxAnswerObjects: value.GATEWAY_MAX_ANSWER_OBJECTS,
      maxAnswerBytes: value.GATEWAY_MAX_ANSWER_BYTES,
      costPerMinute: value.GATEWAY_COST_PER_MINUTE,
      anonymousCostPerMinute: value.GATEWAY_ANONYMOUS_COST_PER_MINUTE,
      operationTimeoutMilliseconds: value.GATEWAY_OPERATION_TIMEOUT * 1000,
      maxConnections: value.GATEWAY_MAX_CONNECTIONS,
      maxConnectionsPerAddress: value.GATEWAY_MAX_CONNECTIONS_PER_ADDRESS,
    }),
    logLevel: value.LOG_LEVEL,
  };
  const signing = signingKey(value.GATEWAY_SIGNING_KEY, value.GATEWAY_SIGNING_KEY_FILE);
  // What is needed was asserted above; what is not needed may be undefined, and the type does not offer it.
  const secrets = {
    secret: value.GATEWAY_SECRET,
    formerSecrets: Object.freeze(value.GATEWAY_FORMER_SECRETS),
    signing,
  };
  return Object.freeze({ ...settings, ...secrets }) as Settings & Pick<Secrets, Needed>;
}

function signingKey(key: string | undefined, file: string | undefined): SigningKey | undefined {
  if (key !== undefined) return Object.freeze({ key });
  return file === undefined ? undefined : Object.freeze({ file });
}

function mailSettings(value: z.infer<typeof variables>): Readonly<MailSettings> | null {
  const { GATEWAY_SMTP_URL: smtpUrl, GATEWAY_MAIL_FROM: from, GATEWAY_PUBLIC_URL: publicUrl } = value;
  if (smtpUrl === undefined || from === undefined || publicUrl === undefined) return null;
  return Object.freeze({ smtpUrl, from, publicUrl });
}
