/**
 * The calls of the mutations that no world of `insertEveryEntity` can call, because they need a password, the token of a login, or
 * the link in a mail.
 *
 *   const mailServer = await startMailServer();
 *   const gateway = await startGateway({ environment: passwordEnvironment(mailServer) });
 *   const { token, document, variables } = await passwordCalls.login({ gateway, mailServer });
 */
import { randomUUID } from 'node:crypto';
import * as administration from '../../src/domain/user/user-administration.ts';
import type { Gateway } from './gateway.ts';
import type { MailServer } from './mail-server.ts';

interface Servers {
  gateway: Gateway;
  mailServer: MailServer;
}

export interface PasswordCall {
  /** The user whom the call concerns. */
  userId: string;
  /** The token of the caller. */
  token: string | null;
  document: string;
  variables: Record<string, string>;
}

export const password = 'correct horse battery staple';
export const newPassword = 'a better passphrase than that';

export function passwordEnvironment({ environment }: MailServer): Record<string, string> {
  return {
    ...environment,
    GATEWAY_PASSWORD_RESET_URL: 'https://app.example/reset-password',
    GATEWAY_PASSWORD_RESETS_PER_HOUR: '1000',
  };
}

/** Creates a user with a password and a validated email address. */
async function createPerson({ gateway: { database } }: Servers) {
  const username = `felix.${randomUUID().replaceAll('-', '')}`;
  const email = `${username}@example.com`;
  const { id } = await administration.createUser(database, { username, password, email });
  await administration.validateEmail(database, username);
  return { userId: id, username, email };
}

export const login = /* GraphQL */ `mutation ($username: String!, $password: String!) {
  login(username: $username, password: $password) { token }
}`;
export const requestPasswordReset = /* GraphQL */ `mutation ($usernameOrEmail: String!) {
  requestPasswordReset(usernameOrEmail: $usernameOrEmail) { expiresAt }
}`;

async function logIn({ gateway }: Servers, username: string): Promise<string | null> {
  const { data } = await gateway.query<{ login: { token: string } }>(null, login, { username, password });
  return data?.login.token ?? null;
}

/** The call of each mutation, by its field. Each is of a user of its own. */
export const passwordCalls = {
  async changeMyPassword(servers) {
    const { userId, username } = await createPerson(servers);
    const document = /* GraphQL */ `mutation ($oldPassword: String!, $newPassword: String!) {
      changeMyPassword(oldPassword: $oldPassword, newPassword: $newPassword) { token }
    }`;
    return {
      ...{ userId, token: await logIn(servers, username), document },
      variables: { oldPassword: password, newPassword },
    };
  },
  async login(servers) {
    const { userId, username } = await createPerson(servers);
    return { userId, token: null, document: login, variables: { username, password } };
  },
  async renewToken(servers) {
    const { userId, username } = await createPerson(servers);
    return {
      ...{ userId, token: await logIn(servers, username), variables: {} },
      document: 'mutation { renewToken { token } }',
    };
  },
  async requestPasswordReset(servers) {
    const { userId, username } = await createPerson(servers);
    return { userId, token: null, document: requestPasswordReset, variables: { usernameOrEmail: username } };
  },
  async resetPassword(servers) {
    const { userId, username, email } = await createPerson(servers);
    await servers.gateway.query(null, requestPasswordReset, { usernameOrEmail: username });
    const [, token = ''] = /#token=([\w-]+)/.exec(await servers.mailServer.mailTo(email)) ?? [];
    const document = /* GraphQL */ `mutation ($token: String!, $newPassword: String!) {
      resetPassword(token: $token, newPassword: $newPassword) { changedAt }
    }`;
    return { userId, token: null, document, variables: { token, newPassword } };
  },
} satisfies Record<string, (servers: Servers) => Promise<PasswordCall>>;

export function isPasswordCall(mutation: string): mutation is keyof typeof passwordCalls {
  return Object.hasOwn(passwordCalls, mutation);
}
