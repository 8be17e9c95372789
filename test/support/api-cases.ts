/**
 * The cases of the APIs and mutations: how each is called, what it returns, and how its specific errors are provoked.
 * The errors that all APIs have in common, such as those of an anonymous caller or an unknown ID, are provoked by
 * test/apis.test.ts itself.
 */
import type { ApiCase } from './api-cases/api-case.ts';
import { belongingCases } from './api-cases/belonging-cases.ts';
import { contactCases } from './api-cases/contact-cases.ts';
import { customerCases } from './api-cases/customer-cases.ts';
import { kycCases } from './api-cases/kyc-cases.ts';
import { userCases } from './api-cases/user-cases.ts';
import { passwordCalls } from './password-calls.ts';

export type { ApiCase, Refusal, Variables } from './api-cases/api-case.ts';
export { gatewayCases } from './api-cases/gateway-cases.ts';

/** The environment with every optional feature, so that each API can be called. */
export const wholeEnvironment = {
  GATEWAY_CUSTOMER_FIREHOSE: 'on',
  GATEWAY_JITSI_DOMAIN: 'meet.example.org',
  GATEWAY_JITSI_APP_ID: 'gateway',
  GATEWAY_JITSI_SECRET: 'a secret of the tests, for rooms only',
};

/** The mutations without a case, because no world has what they need. Each has a call in password-calls.ts. */
export const mutationsWithoutCase: readonly string[] = Object.keys(passwordCalls);

/** The mutations that accept no idempotency key, because their result is a token, or a retry has no effect. */
export const mutationsWithoutKey = [
  'changeMyPassword',
  'createUser',
  'login',
  'renewToken',
  'requestPasswordReset',
  'resetPassword',
  'revokeMyTokens',
];

/** The cases of OBP's APIs, by operation ID. */
export const apiCases: Readonly<Record<string, ApiCase>> = {
  ...customerCases,
  ...belongingCases,
  ...kycCases,
  ...contactCases,
  ...userCases,
};
