import type { Role } from './roles.ts';

/**
 * The values that complete messages, by name. Those of an error are members of its `extensions`. They are names of the schema, IDs,
 * limits and times, and never another value of the request, because that might be personal data or a secret.
 */
export interface MessageParameters {
  /** A quantity that exceeds its limit, such as the depth of an operation. */
  amount: number;
  /** The type that a bank has defined for an attribute. */
  attributeType: string;
  bankId: string;
  /** Whether the mutation was committed although its field failed. */
  committed: boolean;
  /** The version in the database, if it differs from `expectedVersion`. */
  currentVersion: number;
  customerId: string;
  /** The ID of the entitlement request that another granter can approve. */
  entitlementRequestId: string;
  /** The input that is invalid: an argument, or a path below it such as `input.addresses[1].postcode`. */
  field: string;
  /** The name of an HTTP header. */
  header: string;
  /** The limit that was exceeded. The message states its unit. */
  limit: number;
  /** The lowest valid value. */
  minimum: number;
  /** The roles of which the caller must hold one. Empty if no role allows the access. */
  missingRoles: readonly Role[];
  /** Another field of the input, to which a rule compares the invalid one. */
  otherField: string;
  /** The IDs of the meeting providers that are configured. */
  providerIds: readonly string[];
  /** The ID of the request, which log lines of the gateway contain. */
  requestId: string;
  /** A field of an input type that is required, or a field of an object type. */
  schemaField: string;
  /** A type of the schema. */
  schemaType: string;
  /** The time from which on the history of the customer is kept, in ISO 8601. */
  keptSince: string;
  /** The time from which the customer can be deleted, in ISO 8601. */
  retainedUntil: string;
  retryAfterSeconds: number;
  /** The ID of the link that exists already. */
  userCustomerLinkId: string;
}

export type ParameterName = keyof MessageParameters;

/** The names in the braces of a template, such as `limit` of `must be at most {limit} characters`. */
export type Placeholder<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}`
  ? Extract<Name, ParameterName> | Placeholder<Rest>
  : never;

/** The parameters without which the message of a template cannot be written. */
export type ParametersOf<Template extends string> = Pick<MessageParameters, Placeholder<Template>>;

const placeholder = /\{(\w+)\}/g;

function shown(name: string, value: unknown): string {
  if (typeof value === 'number') return value.toLocaleString('en');
  if (!Array.isArray(value)) return String(value);
  if (name !== 'missingRoles') return value.join(', ');
  // A field that contains only data of the user.
  return value.length === 0 ? 'no role allows access to the data of others.' : value.join(' or ');
}

/** Completes a template. */
export function fillTemplate(template: string, parameters: Readonly<Record<string, unknown>>): string {
  if (!template.includes('{')) return template;
  return template.replace(placeholder, (_text, name: string) => shown(name, parameters[name]));
}

/** The names of the parameters that a template contains. */
export function placeholdersOf(template: string): ParameterName[] {
  return [...template.matchAll(placeholder)].map(([, name]) => name as ParameterName);
}
