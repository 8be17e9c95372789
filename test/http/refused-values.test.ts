import { expect, test } from 'vitest';
import { startGateway } from '../support/gateway.ts';

const secret = 'My-Secret-of-17-characters';
const createUser = 'mutation ($i: CreateUserInput!) { createUser(input: $i) { token } }';

test.each(['compiled', 'interpreted'])(
  'errors in production quote no refused value, executed %s',
  async (execution) => {
    const environment = { NODE_ENV: 'production', GATEWAY_EXECUTION: execution };
    const gateway = await startGateway({ environment });
    try {
      const inputs = [
        { password: secret },
        { username: secret, passwort: secret },
        { username: 'felix.smith', password: { secret }, email: secret, firstName: 1, lastName: secret },
        secret,
      ];
      for (const i of inputs) {
        const { errors } = await gateway.query(null, createUser, { i });
        expect(errors.length).toBeGreaterThan(0);
        for (const { message, extensions } of errors) {
          expect(extensions).toMatchObject({ key: 'OBP-10001', field: expect.stringMatching(/^input(\.\w+)?$/) });
          expect(message).not.toMatch(/Did you mean|CreateUserInput|required field `/);
        }
        expect(JSON.stringify(errors)).not.toContain(secret);
      }
      const names = 'firstName: "Felix", lastName: "Smith"';
      const literals = [
        `mutation { createUser(input: { ${names}, username: "${secret}", email: "a@example.com", passwort: "${secret}" }) { token } }`,
        `mutation { createUser(input: "${secret}") { token } }`,
        `mutation { createUser(input: { ${names}, password: "${secret}", email: "${secret}" }) { token } }`,
        `{ users(first: "${secret}") { totalCount } }`,
      ];
      for (const literal of literals) {
        const { errors } = await gateway.query(null, literal);
        expect(errors[0]).toMatchObject({ locations: [{ line: 1 }], extensions: { key: 'OBP-10001' } });
        expect(JSON.stringify(errors)).not.toMatch(new RegExp(`${secret}|Did you mean`));
      }
      expect(JSON.stringify(gateway.logged)).not.toContain(secret);
    } finally {
      await gateway.stop();
    }
  },
);

test('errors in production do not reveal whether a field exists', async () => {
  const gateway = await startGateway({ environment: { NODE_ENV: 'production' } });
  try {
    const neutral = (await gateway.query(null, '{ nothing }')).errors;
    const guesses = [
      '{ me }',
      '{ customers }',
      '{ bank }',
      '{ bank { nothing } }',
      'mutation { login }',
      '{ bnks { id } }',
    ];
    for (const guess of guesses) expect((await gateway.query(null, guess)).errors).toEqual(neutral);
  } finally {
    await gateway.stop();
  }
});
