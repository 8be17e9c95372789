import { createServer, type Server, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Mailer, openMailer } from '../../src/auth/mailer.ts';
import { createLogger } from '../../src/base/logger.ts';
import { type MailServer, type MailServerOptions, startMailServer } from '../support/mail-server.ts';

const mail = (number = 1) => ({ to: `felix.${number}@example.com`, subject: 'A subject', text: 'A text' });

let lines: Record<string, unknown>[] = [];
/** Closes what a test has opened, the last first. */
let closing: (() => Promise<void>)[] = [];

beforeEach(() => {
  lines = [];
  closing = [];
});

afterEach(async () => {
  for (const close of closing.reverse()) await close();
});

function mailerOf(smtpUrl: string, options: { closingMilliseconds?: number } = {}): Mailer {
  const destination = new Writable({
    write(chunk, _encoding, done) {
      for (const line of String(chunk).trim().split('\n')) lines.push(JSON.parse(line));
      done();
    },
  });
  const settings = { smtpUrl, from: 'The Bank <no-reply@bank.example>', publicUrl: 'https://gateway.example' };
  const mailer = openMailer(settings, createLogger('trace', { destination }), options);
  closing.push(() => mailer.close());
  return mailer;
}

async function newMailServer(options?: MailServerOptions): Promise<MailServer> {
  const server = await startMailServer(options);
  closing.push(() => server.close());
  return server;
}

/** A server that accepts connections and never says anything. Returns its port, and how many connections it has. */
async function newSilentServer(): Promise<{ port: number; sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return { port: address.port, sockets };
}

async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; waited < 20_000; waited += 10) {
    if (condition()) return;
    await sleep(10);
  }
  throw new Error('The condition did not hold in time.');
}

describe('the connection to the mail server', () => {
  const anyCertificate = '?tls.rejectUnauthorized=false';

  test.each([
    ['start', true],
    ['always', true],
    ['never', false],
  ] as const)('on this machine uses TLS as the server offers it (%s)', async (tls, isSecure) => {
    const server = await newMailServer({ tls });
    mailerOf(`${server.url}${anyCertificate}`).send(mail());
    await server.mailTo(mail().to);
    expect(server.received).toMatchObject([{ to: [mail().to], isSecure }]);
    expect(lines).toEqual([]);
  });

  test.each(['start', 'always'] as const)('fails if the certificate is not trusted (%s)', async (tls) => {
    const server = await newMailServer({ tls });
    const mailer = mailerOf(server.url);
    mailer.send(mail());
    await until(() => lines.length > 0);
    await mailer.close();
    expect(lines[0]).toMatchObject({ msg: 'mail not sent', isGivenUp: false });
    expect(server.received).toEqual([]);
  });

  // The address 0.0.0.0 reaches this machine, but does not count as a name of it.
  const elsewhere = ({ url }: MailServer) => url.replace('127.0.0.1', '0.0.0.0');

  test('to another machine requires TLS, and sends neither the password nor the mail without it', async () => {
    const server = await newMailServer();
    const mailer = mailerOf(elsewhere(server));
    mailer.send(mail());
    await until(() => lines.length > 0);
    await mailer.close();
    expect(server.received).toEqual([]);
    expect(lines[0]).toMatchObject({ msg: 'mail not sent' });
  });

  test('to another machine uses STARTTLS', async () => {
    const server = await newMailServer({ tls: 'start' });
    mailerOf(`${elsewhere(server)}${anyCertificate}`).send(mail());
    await server.mailTo(mail().to);
    expect(server.received).toMatchObject([{ isSecure: true }]);
  });

  test('to another machine needs no TLS if the URL says so', async () => {
    const server = await newMailServer();
    mailerOf(`${elsewhere(server)}?requireTLS=false`).send(mail());
    await server.mailTo(mail().to);
    expect(server.received).toMatchObject([{ isSecure: false }]);
  });
});

describe('a mailer', () => {
  test('sends a mail again after a temporary error', async () => {
    const server = await newMailServer();
    server.refuse(1);
    mailerOf(server.url).send(mail());
    await server.mailTo(mail().to);
    expect(lines).toMatchObject([{ msg: 'mail not sent', responseCode: 451, isGivenUp: false }]);
  });

  test('sends to one recipient, whatever the texts of the mail contain', async () => {
    const server = await newMailServer();
    const to = 'a&b#c@example.com';
    const subject = 'Hello\r\nBcc: other@example.com';
    mailerOf(server.url).send({ to, subject, text: '.\r\nQUIT\r\nMAIL FROM:<x@example.com>' });
    const text = await server.mailTo(to);
    const [head = ''] = text.split('\r\n\r\n');
    expect(head).not.toMatch(/^Bcc:/m);
    expect(head.match(/^(?:To|Cc|Bcc|Subject|From):/gm)?.sort()).toEqual(['From:', 'Subject:', 'To:']);
    expect(server.received).toMatchObject([{ to: [to] }]);
  });

  test('logs the first failure of a mail server that is down, and counts the others, without addresses', async () => {
    const server = await newMailServer();
    await server.close();
    closing.pop();
    const mailer = mailerOf(server.url);
    for (let number = 1; number <= 5; number += 1) mailer.send(mail(number));
    await until(() => lines.length > 0);
    await mailer.close();
    expect(lines).toMatchObject([
      { msg: 'mail not sent', code: 'ESOCKET', isGivenUp: false },
      { msg: 'mails still not sent', givenUp: 5 },
    ]);
    expect(JSON.stringify(lines)).not.toContain('felix');
  });

  test('opens at most four connections, and refuses mails beyond a thousand', async () => {
    const { port, sockets } = await newSilentServer();
    const mailer = mailerOf(`smtp://127.0.0.1:${port}`);
    for (let number = 1; number <= 1_010; number += 1) mailer.send(mail(number));
    expect(lines).toMatchObject([{ msg: 'mail not sent', reason: 'too many pending mails', isGivenUp: true }]);
    await until(() => sockets.size === 4);
    await sleep(100);
    expect(sockets.size).toBe(4);
    await mailer.close();
    expect(lines).toMatchObject([{}, { msg: 'mails still not sent', givenUp: 9 + 1_000 }]);
    await until(() => sockets.size === 0);
  });

  test('closes within seconds although the mail server does not respond', async () => {
    const { port, sockets } = await newSilentServer();
    const mailer = mailerOf(`smtp://127.0.0.1:${port}`);
    mailer.send(mail());
    await until(() => sockets.size === 1);
    const begun = performance.now();
    await mailer.close();
    // Far below the time limits of a connection.
    expect(performance.now() - begun).toBeLessThan(8_000);
    expect(lines).toMatchObject([{ msg: 'mail not sent', isGivenUp: true }]);
    await until(() => sockets.size === 0);
  });

  test('sends a mail that is pending when it is closed', async () => {
    const server = await newMailServer();
    const mailer = mailerOf(server.url, { closingMilliseconds: 60_000 });
    mailer.send(mail());
    await mailer.close();
    expect(server.received).toMatchObject([{ to: [mail().to] }]);
  });
});
