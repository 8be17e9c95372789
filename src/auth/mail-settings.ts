import { z } from 'zod';
import { isLoopback } from '../base/loopback.ts';
import { parseConnectionUrl } from '../database/connection-url.ts';
import { isSafeUrl } from './oidc-issuer.ts';

export interface MailSettings {
  /** The URL of the SMTP server, with its user and password. It is never logged. */
  smtpUrl: string;
  from: string;
  /** The URL at which clients reach the gateway, without a slash at its end. Links in mails start with it. */
  publicUrl: string;
}

export interface PasswordResetSettings {
  /** The page of the front end to which links in mails lead. The token is appended as the fragment. */
  url: string;
  /** How long a link is valid. */
  lifetimeSeconds: number;
  /** How often one network can request a reset in an hour. */
  requestsPerHour: number;
}

export function isSmtpUrl(text: string): boolean {
  const url = parseConnectionUrl(text);
  return url !== null && /^smtps?$/.test(url.protocol) && url.host !== '' && URL.canParse(text);
}

/**
 * Whether mails are sent only over TLS, which a server on this machine does not need. The operator can set `requireTLS=false` in
 * the URL for a server without TLS in the same network.
 */
export function requiresTls(smtpUrl: string): boolean {
  const { hostname, searchParams } = new URL(smtpUrl);
  return searchParams.get('requireTLS') !== 'false' && !isLoopback(hostname);
}

/** Whether the text has the form `name@host` or `A name <name@host>`. */
export function isSender(text: string): boolean {
  const [, address = text] = /^[^<>\r\n]*<([^<>]+)>$/.exec(text) ?? [];
  return z.email().safeParse(address).success;
}

/** Whether the text is an https URL, or an http URL of this machine, to which a fragment can be appended. */
export function isPasswordResetUrl(text: string): boolean {
  return isSafeUrl(text) && !text.includes('#');
}

export function isPublicUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '' && url.hash === '';
}
