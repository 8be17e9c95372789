import { readFileSync } from 'node:fs';
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

/** Returns the problems of an environment that configures mail only in part. */
export function missingMailVariables(values: Readonly<Record<string, string | undefined>>): string[] {
  const { GATEWAY_SMTP_URL: url, GATEWAY_SMTP_URL_FILE: file } = values;
  if (url !== undefined && file !== undefined)
    return ['GATEWAY_SMTP_URL and GATEWAY_SMTP_URL_FILE must not both be set.'];
  // The public URL alone does not ask for email.
  const isAsked = url ?? file ?? values.GATEWAY_MAIL_FROM ?? values.GATEWAY_PASSWORD_RESET_URL;
  if (isAsked === undefined) return [];
  const missing = ['GATEWAY_MAIL_FROM', 'GATEWAY_PUBLIC_URL'].filter((name) => values[name] === undefined);
  if ((url ?? file) === undefined) missing.unshift('GATEWAY_SMTP_URL');
  return missing.map((name) => `${name} must be set to send email.`);
}

/** The variables of mail, parsed. */
interface MailVariables {
  GATEWAY_SMTP_URL?: string | undefined;
  GATEWAY_SMTP_URL_FILE?: string | undefined;
  GATEWAY_MAIL_FROM?: string | undefined;
  GATEWAY_PUBLIC_URL?: string | undefined;
  GATEWAY_PASSWORD_RESET_URL?: string | undefined;
  GATEWAY_PASSWORD_RESET_LIFETIME: number;
  GATEWAY_PASSWORD_RESETS_PER_HOUR: number;
}

export function mailSettings(value: MailVariables): Readonly<MailSettings> | null {
  const { GATEWAY_SMTP_URL_FILE: file, GATEWAY_MAIL_FROM: from, GATEWAY_PUBLIC_URL: publicUrl } = value;
  const smtpUrl = file === undefined ? value.GATEWAY_SMTP_URL : readFileSync(file, 'utf8').trim();
  if (smtpUrl === undefined || from === undefined || publicUrl === undefined) return null;
  return Object.freeze({ smtpUrl, from, publicUrl });
}

export function passwordResetSettings(value: MailVariables): Readonly<PasswordResetSettings> | null {
  const { GATEWAY_PASSWORD_RESET_URL: url } = value;
  if (url === undefined) return null;
  return Object.freeze({
    url,
    lifetimeSeconds: value.GATEWAY_PASSWORD_RESET_LIFETIME,
    requestsPerHour: value.GATEWAY_PASSWORD_RESETS_PER_HOUR,
  });
}
