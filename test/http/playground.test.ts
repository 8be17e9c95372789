import { readdirSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { insertWholeCustomer } from '../support/whole-customer.ts';

let gateway: Gateway;
let opened: { browser: Browser; close(): Promise<void> };
beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createBank('gh.29.uk');
  opened = await openBrowser();
});
afterAll(async () => {
  await opened.close();
  await gateway.stop();
});

/** A page of the playground, with its requests and its errors. */
async function openPlayground(path = '/playground') {
  const page = await opened.browser.newPage();
  const requested: string[] = [];
  const failures: string[] = [];
  page.on('request', (request) => requested.push(request.url()));
  page.on('pageerror', (error) => failures.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') failures.push(message.text());
  });
  await page.goto(`${gateway.url}${path}`);
  await untilReady(page);
  return { page, requested, failures };
}

/** The editors are loaded after the button that runs what is in them: a press before that does nothing. */
async function untilReady(page: Page): Promise<void> {
  await page.locator('.graphiql-query-editor .monaco-editor').first().waitFor();
  await page.locator('.result-window .monaco-editor').first().waitFor();
}

async function run(page: Page): Promise<string> {
  const [response] = await Promise.all([
    page.waitForResponse((each) => each.url().endsWith('/graphql') && !each.request().postData()?.includes('__schema')),
    // The name matters: until the previous response is displayed, the same button is "Stop query".
    page.getByRole('button', { name: 'Execute query' }).click(),
  ]);
  return response.text();
}

/** Replaces the text of an editor by a paste, because the editor would close the brackets of typed text. */
async function paste(page: Page, region: string, text: string): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
  await page.getByRole('region', { name: region }).getByRole('code').click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.press('ControlOrMeta+V');
}

test('an example runs in a real browser without a request to another host', async () => {
  const { page, requested, failures } = await openPlayground();
  await page.locator('#gateway-example').selectOption('Banks');
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await page.waitForURL('**/playground?example=Banks');
  await untilReady(page);
  expect(await run(page)).toContain('gh.29.uk');
  await expect.poll(() => page.locator('.result-window').textContent()).toContain('gh.29.uk');
  expect(requested.filter((url) => !url.startsWith(gateway.url) && !url.startsWith('data:'))).toEqual([]);
  expect(failures).toEqual([]);
  await page.close();
});

test('every shipped operation is an example', async () => {
  const { page, failures } = await openPlayground();
  const operations = readdirSync(new URL('../../schema/operations/', import.meta.url));

  expect(await page.locator('#gateway-example option').allTextContents()).toEqual(
    operations.map((file) => file.replace('.graphql', '')).sort(),
  );
  expect(failures).toEqual([]);
  await page.close();
});

test('the overview of a customer is displayed with an entered token and variables', async () => {
  const bankId = 'gh.29.uk';
  const { customerId, customerNumber } = await insertWholeCustomer(gateway.database, { bankId });
  const clerk = await gateway.createUser({ roles: [['CanGetCustomer', bankId]] });
  const { page, requested, failures } = await openPlayground('/playground?example=CustomerOverview');
  await page.locator('#gateway-token').fill(clerk.token);
  await paste(page, 'Variables', JSON.stringify({ bankId, customerId }));

  const { data, errors } = JSON.parse(await run(page));

  expect(data.customer).toMatchObject({ id: customerId, customerNumber, addresses: null });
  expect(errors[0].extensions.missingRoles).toEqual(expect.any(Array));
  await expect.poll(() => page.locator('.result-window').textContent()).toContain('OBP-20006');
  expect(requested.filter((url) => !url.startsWith(gateway.url) && !url.startsWith('data:'))).toEqual([]);
  expect(failures).toEqual([]);
  await page.close();
});

test('a pasted operation runs', async () => {
  const { page, failures } = await openPlayground();
  await paste(page, 'Operation Editor', 'query Pasted { bank(bankId: "gh.29.uk") { id createdAt } }');
  await page.getByRole('tab', { name: 'Pasted' }).waitFor();

  expect(JSON.parse(await run(page)).data.bank.id).toBe('gh.29.uk');
  await expect.poll(() => page.locator('.result-window').textContent()).toContain('createdAt');
  expect(failures).toEqual([]);
  await page.close();
});

test('a request to another host is blocked, and this test notices it', async () => {
  const { page, failures } = await openPlayground();
  await page.evaluate(() => fetch('https://gateway.invalid/').catch(() => undefined));

  await expect.poll(() => failures.join()).toContain('violates the following Content Security Policy directive');
  await page.close();
});

test('the token of the toolbar is sent with every operation, and kept for the tab', async () => {
  const alice = await gateway.createUser({ username: 'alice.in.the.browser' });
  const { page, failures } = await openPlayground('/playground?example=MyCustomers');
  expect(JSON.parse(await run(page)).errors[0].extensions.code).toBe('UNAUTHENTICATED');
  await page.locator('#gateway-token').fill(` ${alice.token} `);
  const answer = JSON.parse(await run(page));
  expect(answer.errors).toBeUndefined();
  expect(answer.data.me).toMatchObject({ username: alice.username });
  await page.reload();
  expect(await page.locator('#gateway-token').inputValue()).toBe(alice.token);
  expect(failures).toEqual([]);
  await page.close();
});

test('the documentation of the schema is displayed', async () => {
  const { page, failures } = await openPlayground();
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.locator('.graphiql-plugin').getByText('Query', { exact: true }).first().click();
  await expect.poll(() => page.locator('.graphiql-plugin').textContent()).toContain('customerOverview');
  expect(failures).toEqual([]);
  await page.close();
});

test('a script without the nonce of the page does not run', async () => {
  const first = await fetch(`${gateway.url}/playground`);
  const second = await fetch(`${gateway.url}/playground`);
  const policy = first.headers.get('content-security-policy');
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toBe(second.headers.get('content-security-policy'));
  expect(policy?.match(/script-src [^;]*/)?.[0]).not.toMatch(/unsafe|https?:/);
});
