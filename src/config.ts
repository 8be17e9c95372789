import { z } from 'zod';
import type { CostLimits } from './auth/cost-budget.ts';
import {
  isPasswordResetUrl,
  isPublicUrl,
  isSender,
  isSmtpUrl,
  type MailSettings,
  mailSettings,
  missingMailVariables,
  type PasswordResetSettings,
  passwordResetSettings,
} from './auth/mail-settings.ts';
import { isClaimMapping, isIssuerAndAudience, type OidcIssuer, oidcIssuers } from './auth/oidc-issuer.ts';
import { minPasswordCost, type PasswordCost } from './auth/password.ts';
import { isSigningKey, type SigningKey } from './auth/signing-key.ts';
import { InstallationSecret, maxFormerSecrets } from './base/installation-secret.ts';
import {
  duration,
  durationWithDefault,
  integer,
  isAddressOrNetwork,
  isFileOf,
  isHeaderName,
  isHostName,
  isOrigin,
  list,
  oneOf,
  onOrOff,
  optionalInteger,
} from './base/setting-parsers.ts';
import { isDatabaseUrl, isPostgresqlUrl } from './database/connection-url.ts';
import { defaultDatabaseUrl, dialectOf } from './database/dialect.ts';
import { type AnswerLimits, defaultAnswerLimits, maxConfigurableObjects } from './execution/answer-meter.ts';
import { type DocumentSettings, documentModes, isManifestFile, manifestFile } from './execution/document-settings.ts';
import { defaultLimits, type OperationLimits } from './execution/limits.ts';
import { documentLimits } from './execution/parse-options.ts';

/** The settings of an installation, frozen. `docs/configuration.md` describes the variable of each. */
export interface Settings {
  readonly databaseUrl: string;
  /** On PostgreSQL, the URL of the user who owns the tables and runs migrations. Null if that is the user of `databaseUrl`. */
  readonly databaseOwnerUrl: string | null;
  /** The streaming replicas of the PostgreSQL server that execute queries. */
  readonly databaseReplicaUrls: readonly string[];
  /** The maximum replication lag of a replica that is read. */
  readonly replicaMaxLagSeconds: number;
  readonly environment: 'development' | 'production' | 'test';
  readonly host: string;
  /** 0 is any free port. */
  readonly port: number;
  /** The port of the parent process that reports the health of all workers. Null if there is none. */
  readonly healthPort: number | null;
  readonly tokenLifetimeSeconds: number;
  /** How long after a login its tokens can be renewed, and the renewed ones are valid. */
  readonly tokenMaxLifetimeSeconds: number;
  /** How long keys that cannot be read again are accepted. */
  readonly keyGracePeriodSeconds: number;
  readonly oidcIssuers: readonly OidcIssuer[];
  /** The cost of a password hash. A cheaper hash is replaced at the next login. */
  readonly passwordCost: Readonly<PasswordCost>;
  /** How many users one network can create in an hour, at each process. */
  readonly newUsersPerHour: number;
  /** Null if no mail is sent; then email addresses are not validated. */
  readonly mail: Readonly<MailSettings> | null;
  /** Null if users cannot reset their passwords by mail. */
  readonly passwordReset: Readonly<PasswordResetSettings> | null;
  readonly trustedDocuments: Readonly<DocumentSettings>;
  /** The origins of front ends that can send requests from browsers. CORS is disabled if there are none. */
  readonly corsOrigins: readonly string[];
  /** The request headers that browsers can send in addition to those of `corsHeaders` in `http/app.ts`. */
  readonly corsHeaders: readonly string[];
  /** Whether answers are compressed. */
  readonly compression: boolean;
  /** The addresses and networks whose `X-Forwarded-For` is trusted. */
  readonly trustedProxies: readonly string[];
  readonly introspection: boolean;
  /** Whether errors name parts of the schema, such as "did you mean". */
  readonly errorDetail: boolean;
  readonly playground: boolean;
  /** Whether every caller can download the contract. */
  readonly schemaDownload: boolean;
  /** Whether the API is a subgraph of a larger graph. */
  readonly federation: boolean;
  readonly customerFirehose: boolean;
  /** The number of accounts that a user can get within 24 hours before createAccount requires CanCreateAccount. */
  readonly newAccountsPerDay: number;
  /** Whether users without CanCreateAccount can choose the ID and the routings of an account that they open. */
  readonly selfServiceRoutings: boolean;
  readonly grantApproval: GrantApproval;
  /** The minimum time that events stay in the audit trail. Null if they are never pruned. */
  readonly auditRetentionSeconds: number | null;
  /** How long changes can be read by clients that were disconnected. */
  readonly changeRetentionSeconds: number;
  /** Whether operations are executed by cached plans or by graphql-js, which is the reference. */
  readonly execution: 'compiled' | 'interpreted';
  readonly jitsi: Readonly<JitsiSettings>;
  /** Whether operations are refused while the process has more of them than it can execute in time. */
  readonly refuseWhenOverloaded: boolean;
  readonly limits: Readonly<Limits>;
  readonly logLevel: (typeof logLevels)[number];
}

/** The Jitsi Meet server for meetings. A setting is null if the operator has not set it. */
export interface JitsiSettings {
  /** The host name of the server, in lower case. */
  domain: string | null;
  appId: string | null;
  /** The secret, shared with the server, that signs the tokens of rooms. It is never logged. */
  secret: string | null;
}

export interface Limits extends OperationLimits, AnswerLimits, CostLimits {
  maxBodyBytes: number;
  maxTokens: number;
  operationTimeoutMilliseconds: number;
  maxConnections: number;
  /** The maximum for each IPv4 address and each /64 network of IPv6 that is not a trusted proxy. */
  maxConnectionsPerAddress: number;
  /** The maximum number of streams of each process. */
  maxStreams: number;
  /** The maximum number of streams of a user at each process. */
  maxStreamsPerUser: number;
}

/** The settings without defaults. Not every command needs them. */
export interface Secrets {
  /** The secret from which keys are derived, with its former values. They are the same for every process of an installation. */
  readonly secret: InstallationSecret;
  readonly signing: SigningKey;
}

/** The settings that the server needs. */
export type Config = Settings & Secrets;

export type Environment = Readonly<Record<string, string | undefined>>;

/** The problems of the environment, one line for each. They never contain a value, because it might be a secret. */
export class ConfigurationError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigurationError';
  }
}

/** The grants that a second granter must approve: none, those of roles that grant and those upstream, or all. */
const grantApprovals = ['off', 'on', 'every'] as const;
export type GrantApproval = (typeof grantApprovals)[number];

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const postgresqlUrl =
  'postgres://…, such as postgres://user:password@host/database, with the user and the password percent-encoded';

const variables = z.object({
  DATABASE_URL: z.string().refine(isDatabaseUrl, `file:…, a path, or ${postgresqlUrl}`).default(defaultDatabaseUrl),
  DATABASE_OWNER_URL: z.string().refine(isPostgresqlUrl, postgresqlUrl).optional(),
  DATABASE_REPLICA_URLS: list(
    isPostgresqlUrl,
    'postgres://… URLs, one for each replica, with the user and the password percent-encoded, and each comma as %2C',
  ),
  DATABASE_REPLICA_MAX_LAG: durationWithDefault('1s', '1h', '10s'),
  NODE_ENV: oneOf(['development', 'production', 'test']).default('development'),
  HOST: z.string().default('127.0.0.1'),
  PORT: integer(0, 65_535, 4000),
  GATEWAY_HEALTH_PORT: optionalInteger(0, 65_535),
  LOG_LEVEL: oneOf(logLevels).default('info'),
  GATEWAY_SECRET: z.string().min(32, 'at least 32 characters long').optional(),
  GATEWAY_FORMER_SECRETS: list(
    (item) => item.length >= 32,
    `earlier values of GATEWAY_SECRET, at most ${maxFormerSecrets}, with each comma in a value as %2C`,
    maxFormerSecrets,
  ),
  GATEWAY_SIGNING_KEY: z
    .string()
    .refine(
      isSigningKey,
      'an Ed25519 or P-256 private key, as PKCS #8 PEM or JWK, or a JWK Set that begins with one (see keys create)',
    )
    .optional(),
  GATEWAY_SIGNING_KEY_FILE: z
    .string()
    .refine(
      isFileOf(isSigningKey),
      'a readable file with an Ed25519 or P-256 private key, or with a JWK Set that begins with one (see keys create)',
    )
    .optional(),
  GATEWAY_TOKEN_LIFETIME: durationWithDefault('1s', '30d', '1h'),
  GATEWAY_TOKEN_MAX_LIFETIME: durationWithDefault('1s', '365d', '12h'),
  GATEWAY_KEY_GRACE_PERIOD: durationWithDefault('1s', '30d', '5m'),
  GATEWAY_ARGON2_MEMORY_KIB: integer(minPasswordCost.memoryKibibytes, 4_194_304, minPasswordCost.memoryKibibytes),
  GATEWAY_ARGON2_PASSES: integer(minPasswordCost.passes, 100, minPasswordCost.passes),
  GATEWAY_NEW_USERS_PER_HOUR: integer(1, 1_000_000, 20),
  GATEWAY_SMTP_URL: z
    .string()
    .refine(
      isSmtpUrl,
      'smtp://… or smtps://…, such as smtps://user:password@mail.example.org, with the user and the password percent-encoded',
    )
    .optional(),
  GATEWAY_SMTP_URL_FILE: z
    .string()
    .refine(
      isFileOf((text) => isSmtpUrl(text.trim())),
      'a readable file with a URL such as smtps://user:password@mail.example.org, with the user and the password percent-encoded',
    )
    .optional(),
  GATEWAY_MAIL_FROM: z
    .string()
    .refine(isSender, 'an email address, such as The Bank <no-reply@example.org>')
    .optional(),
  GATEWAY_PUBLIC_URL: z
    .string()
    .refine(isPublicUrl, 'the URL at which clients reach the gateway, such as https://gateway.example.org')
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  GATEWAY_PASSWORD_RESET_URL: z
    .string()
    .refine(
      isPasswordResetUrl,
      'an https URL (http on this machine only) without a fragment, such as https://app.example.org/reset-password',
    )
    .optional(),
  GATEWAY_PASSWORD_RESET_LIFETIME: durationWithDefault('1m', '1d', '30m'),
  GATEWAY_PASSWORD_RESETS_PER_HOUR: integer(1, 1_000_000, 20),
  GATEWAY_OIDC_ISSUERS: list(
    isIssuerAndAudience,
    'issuer|audience, with an https URL (http on this machine only) as the issuer, such as https://id.example.org|gateway',
  ),
  GATEWAY_OIDC_ENTITLEMENTS: list(
    isClaimMapping,
    'issuer|claim or issuer|claim|value|role, with a role such as CanGetAnyUser or CanGetCustomer@gh.29.uk',
  ),
  GATEWAY_TRUSTED_DOCUMENTS: list(
    isManifestFile,
    'name=file, with the name of a client and the file of its documents, such as web=/etc/gateway/web.json',
  ),
  GATEWAY_TRUSTED_DOCUMENTS_MODE: oneOf(documentModes).default('off'),
  GATEWAY_CORS_ORIGINS: list(isOrigin, 'origins, such as https://app.example.org'),
  GATEWAY_CORS_HEADERS: list(isHeaderName, 'names of headers, such as x-tenant'),
  GATEWAY_COMPRESSION: onOrOff().default(true),
  GATEWAY_TRUSTED_PROXIES: list(isAddressOrNetwork, 'IP addresses and networks, such as 10.0.0.0/8'),
  GATEWAY_INTROSPECTION: onOrOff().optional(),
  GATEWAY_ERROR_DETAIL: onOrOff().optional(),
  GATEWAY_PLAYGROUND: onOrOff().optional(),
  GATEWAY_FEDERATION: onOrOff().default(false),
  GATEWAY_SCHEMA_DOWNLOAD: onOrOff().optional(),
  GATEWAY_CUSTOMER_FIREHOSE: onOrOff().default(false),
  GATEWAY_NEW_ACCOUNTS_PER_DAY: integer(0, 1_000_000, 10),
  GATEWAY_SELF_SERVICE_ROUTINGS: onOrOff().default(false),
  GATEWAY_GRANT_APPROVAL: oneOf(grantApprovals).optional(),
  GATEWAY_AUDIT_RETENTION: duration('1d', '36525d', '3650d').optional(),
  GATEWAY_CHANGE_RETENTION: durationWithDefault('1h', '365d', '7d'),
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
  GATEWAY_JITSI_SECRET: z.string().min(32, 'at least 32 characters long').optional(),
  GATEWAY_MAX_BODY_BYTES: integer(1024, 10_485_760, 262_144),
  GATEWAY_MAX_TOKENS: integer(10, documentLimits.parseOptions.maxTokens, documentLimits.parseOptions.maxTokens),
  GATEWAY_MAX_DEPTH: integer(1, 100, defaultLimits.maxDepth),
  GATEWAY_MAX_ALIASES: integer(0, 1000, defaultLimits.maxAliases),
  GATEWAY_MAX_ROOT_FIELDS: integer(1, 1000, defaultLimits.maxRootFields),
  GATEWAY_MAX_LIST_COST: integer(1, 100_000_000, defaultLimits.maxListCost),
  GATEWAY_MAX_ANSWER_OBJECTS: integer(100, maxConfigurableObjects, defaultAnswerLimits.maxAnswerObjects),
  GATEWAY_MAX_ANSWER_BYTES: integer(10_000, 268_435_456, defaultAnswerLimits.maxAnswerBytes),
  GATEWAY_COST_PER_MINUTE: integer(100, 1_000_000_000, 120_000),
  GATEWAY_ANONYMOUS_COST_PER_MINUTE: integer(100, 1_000_000_000, 3_000),
  GATEWAY_OPERATION_TIMEOUT: durationWithDefault('1s', '10m', '15s'),
  GATEWAY_REFUSE_WHEN_OVERLOADED: onOrOff().default(true),
  GATEWAY_MAX_CONNECTIONS: integer(1, 1_000_000, 1000),
  GATEWAY_MAX_CONNECTIONS_PER_ADDRESS: integer(1, 1_000_000, 100),
  GATEWAY_MAX_STREAMS: integer(0, 1_000_000, 1000),
  GATEWAY_MAX_STREAMS_PER_USER: integer(1, 1_000_000, 20),
});

/** Reads the settings that the server needs. @throws ConfigurationError with all problems of the environment. */
export function readConfig(environment: Environment): Config {
  return readSettings(environment, ['secret', 'signing']);
}

/** Reads the settings, and those secrets that the command needs. @throws ConfigurationError with all problems of the environment. */
export function readSettings<Needed extends keyof Secrets>(
  environment: Environment,
  needed: readonly Needed[],
): Settings & Pick<Secrets, Needed> {
  // A variable that is set to an empty text counts as not set.
  const values = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = variables.safeParse(values);
  const problems = [
    ...(parsed.success ? contradictions(parsed.data) : invalidValues(parsed.error)),
    ...unknownVariables(values),
    ...missingSecrets(values, needed),
    ...missingMailVariables(values),
  ];
  if (!parsed.success || problems.length > 0) throw new ConfigurationError(problems);
  // Missing secrets that are needed are problems, and the type does not contain the others.
  const settings = { ...settingsOf(parsed.data), ...secretsOf(parsed.data) };
  return Object.freeze(settings) as Settings & Pick<Secrets, Needed>;
}

type Variables = z.infer<typeof variables>;
type SetVariables = Readonly<Record<string, string | undefined>>;

function invalidValues({ issues }: z.ZodError): string[] {
  return issues.map(({ path, message }) => `${String(path[0])} must be ${message}.`);
}

/** The problems of variables that are valid, but not together. */
function contradictions(value: Variables): string[] {
  const problems: string[] = [];
  const issuers = new Set(value.GATEWAY_OIDC_ISSUERS.map((item) => item.split('|')[0]));
  if (value.GATEWAY_OIDC_ENTITLEMENTS.some((item) => !issuers.has(item.split('|')[0]))) {
    problems.push('GATEWAY_OIDC_ENTITLEMENTS must be about issuers that GATEWAY_OIDC_ISSUERS names.');
  }
  if (value.GATEWAY_FEDERATION && value.GATEWAY_TRUSTED_DOCUMENTS_MODE === 'only') {
    // A router writes the text of each operation itself.
    problems.push('GATEWAY_FEDERATION must be off if GATEWAY_TRUSTED_DOCUMENTS_MODE is only.');
  }
  if (value.GATEWAY_TRUSTED_DOCUMENTS_MODE !== 'off' && value.GATEWAY_TRUSTED_DOCUMENTS.length === 0) {
    problems.push('GATEWAY_TRUSTED_DOCUMENTS must be set unless GATEWAY_TRUSTED_DOCUMENTS_MODE is off.');
  }
  if (value.GATEWAY_HEALTH_PORT === value.PORT && value.PORT !== 0) {
    problems.push('GATEWAY_HEALTH_PORT must be another port than PORT.');
  }
  if (dialectOf(value.DATABASE_URL) === 'sqlite') {
    const rule = 'applies to PostgreSQL only, but DATABASE_URL names an SQLite database.';
    if (value.DATABASE_OWNER_URL !== undefined) problems.push(`DATABASE_OWNER_URL ${rule}`);
    if (value.DATABASE_REPLICA_URLS.length > 0) problems.push(`DATABASE_REPLICA_URLS ${rule}`);
  }
  return problems;
}

function unknownVariables(values: SetVariables): string[] {
  // Kubernetes sets the addresses of services in every container: GATEWAY_SERVICE_HOST, GATEWAY_PORT_80_TCP, …
  const isUnknown = (name: string) =>
    name.startsWith('GATEWAY_') && !(name in variables.shape) && !/^GATEWAY_(SERVICE|PORT)(_|$)/.test(name);
  return Object.keys(values)
    .filter(isUnknown)
    .map((name) => `${name} is not a variable of the gateway. Check its spelling.`);
}

function missingSecrets(values: SetVariables, needed: readonly (keyof Secrets)[]): string[] {
  const problems: string[] = [];
  if (needed.includes('secret') && values.GATEWAY_SECRET === undefined) {
    problems.push('GATEWAY_SECRET must be set to at least 32 characters, the same for every process.');
  }
  const { GATEWAY_SIGNING_KEY: key, GATEWAY_SIGNING_KEY_FILE: file } = values;
  if (key !== undefined && file !== undefined) {
    problems.push('GATEWAY_SIGNING_KEY and GATEWAY_SIGNING_KEY_FILE must not both be set.');
  } else if (needed.includes('signing') && key === undefined && file === undefined) {
    problems.push(
      'GATEWAY_SIGNING_KEY_FILE must be set to a file with a private key (see keys create), or GATEWAY_SIGNING_KEY to the key.',
    );
  }
  return problems;
}

function settingsOf(value: Variables): Settings {
  const isProduction = value.NODE_ENV === 'production';
  return {
    databaseUrl: value.DATABASE_URL,
    databaseOwnerUrl: value.DATABASE_OWNER_URL ?? null,
    databaseReplicaUrls: Object.freeze(value.DATABASE_REPLICA_URLS),
    replicaMaxLagSeconds: value.DATABASE_REPLICA_MAX_LAG,
    environment: value.NODE_ENV,
    host: value.HOST,
    port: value.PORT,
    healthPort: value.GATEWAY_HEALTH_PORT ?? null,
    tokenLifetimeSeconds: value.GATEWAY_TOKEN_LIFETIME,
    tokenMaxLifetimeSeconds: value.GATEWAY_TOKEN_MAX_LIFETIME,
    keyGracePeriodSeconds: value.GATEWAY_KEY_GRACE_PERIOD,
    passwordCost: Object.freeze({
      memoryKibibytes: value.GATEWAY_ARGON2_MEMORY_KIB,
      passes: value.GATEWAY_ARGON2_PASSES,
    }),
    newUsersPerHour: value.GATEWAY_NEW_USERS_PER_HOUR,
    mail: mailSettings(value),
    passwordReset: passwordResetSettings(value),
    oidcIssuers: Object.freeze(oidcIssuers(value.GATEWAY_OIDC_ISSUERS, value.GATEWAY_OIDC_ENTITLEMENTS)),
    trustedDocuments: Object.freeze({
      mode: value.GATEWAY_TRUSTED_DOCUMENTS_MODE,
      manifests: Object.freeze(value.GATEWAY_TRUSTED_DOCUMENTS.map(manifestFile)),
    }),
    corsOrigins: Object.freeze(value.GATEWAY_CORS_ORIGINS),
    corsHeaders: Object.freeze(value.GATEWAY_CORS_HEADERS),
    compression: value.GATEWAY_COMPRESSION,
    trustedProxies: Object.freeze(value.GATEWAY_TRUSTED_PROXIES),
    introspection: value.GATEWAY_INTROSPECTION ?? !isProduction,
    errorDetail: value.GATEWAY_ERROR_DETAIL ?? !isProduction,
    playground: value.GATEWAY_PLAYGROUND ?? !isProduction,
    federation: value.GATEWAY_FEDERATION,
    schemaDownload: value.GATEWAY_SCHEMA_DOWNLOAD ?? !isProduction,
    customerFirehose: value.GATEWAY_CUSTOMER_FIREHOSE,
    newAccountsPerDay: value.GATEWAY_NEW_ACCOUNTS_PER_DAY,
    selfServiceRoutings: value.GATEWAY_SELF_SERVICE_ROUTINGS,
    refuseWhenOverloaded: value.GATEWAY_REFUSE_WHEN_OVERLOADED,
    grantApproval: value.GATEWAY_GRANT_APPROVAL ?? (isProduction ? 'on' : 'off'),
    auditRetentionSeconds: value.GATEWAY_AUDIT_RETENTION ?? null,
    changeRetentionSeconds: value.GATEWAY_CHANGE_RETENTION,
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
      maxStreams: value.GATEWAY_MAX_STREAMS,
      maxStreamsPerUser: value.GATEWAY_MAX_STREAMS_PER_USER,
    }),
    logLevel: value.LOG_LEVEL,
  };
}

function secretsOf(value: Variables): { [Name in keyof Secrets]: Secrets[Name] | undefined } {
  const { GATEWAY_SECRET: present, GATEWAY_FORMER_SECRETS: former } = value;
  const { GATEWAY_SIGNING_KEY: key, GATEWAY_SIGNING_KEY_FILE: file } = value;
  const secret =
    present === undefined
      ? undefined
      : new InstallationSecret(
          present,
          former.map((item) => item.replaceAll('%2C', ',')),
        );
  const signing = key !== undefined ? { key } : file !== undefined ? { file } : undefined;
  return { secret, signing: Object.freeze(signing) };
}
