/**
 * A real SMTP server, which collects the mails that it receives.
 *
 *   const mailServer = await startMailServer();
 *   const gateway = await startGateway({ environment: mailServer.environment });
 *   const mail = await mailServer.mailTo('felix@example.com');
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  to: string[];
  /** The headers and the text, with long lines joined. */
  text: string;
  /** Whether the connection was encrypted. */
  isSecure: boolean;
}

export interface MailServer {
  /** The URL, with the host 127.0.0.1 and the password. */
  url: string;
  port: number;
  /** The variables of a gateway that sends mails through this server. */
  environment: Record<string, string>;
  received: ReceivedMail[];
  /** Refuses this number of the next mails with a temporary error. */
  refuse(times: number): void;
  /** Waits for the mail with this number, from 1 on, to an address. */
  mailTo(address: string, number?: number): Promise<string>;
  close(): Promise<void>;
}

export interface MailServerOptions {
  /** `start` is STARTTLS, `always` is TLS from the beginning. The certificate is self-signed. */
  tls?: 'never' | 'start' | 'always';
}

/** Starts a server that requires a username and a password. */
export async function startMailServer({ tls = 'never' }: MailServerOptions = {}): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  let toRefuse = 0;
  const server = new SMTPServer({
    secure: tls === 'always',
    disabledCommands: tls === 'never' ? ['STARTTLS'] : [],
    allowInsecureAuth: tls === 'never',
    onAuth({ username, password }, _session, done) {
      if (username === 'gateway' && password === 'secret') done(null, { user: username });
      else done(new Error('Invalid username or password'));
    },
    onData(stream, { envelope, secure }, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (toRefuse > 0) {
          toRefuse -= 1;
          done(Object.assign(new Error('Try again later'), { responseCode: 451 }));
          return;
        }
        // Quoted-printable breaks long lines, such as the link.
        const text = Buffer.concat(chunks).toString().replaceAll('=\r\n', '').replaceAll('=3D', '=');
        received.push({ to: envelope.rcptTo.map(({ address }) => address), text, isSecure: secure });
        done();
      });
    },
  });
  // A client that refuses the certificate.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const address = server.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const url = `${tls === 'always' ? 'smtps' : 'smtp'}://gateway:secret@127.0.0.1:${port}`;
  return {
    url,
    port,
    environment: {
      GATEWAY_SMTP_URL: url,
      GATEWAY_MAIL_FROM: 'The Bank <no-reply@bank.example>',
      GATEWAY_PUBLIC_URL: 'https://gateway.example/',
    },
    received,
    refuse(times) {
      toRefuse = times;
    },
    async mailTo(recipient, number = 1) {
      for (let waited = 0; waited < 20_000; waited += 20) {
        const mails = received.filter(({ to }) => to.some((one) => one.toLowerCase() === recipient.toLowerCase()));
        const mail = mails[number - 1];
        if (mail !== undefined) return mail.text;
        await sleep(20);
      }
      throw new Error(`Mail number ${number} to ${recipient} was not received.`);
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
