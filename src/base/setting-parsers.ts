import { readFileSync } from 'node:fs';
import { isIP, isIPv4 } from 'node:net';
import { z } from 'zod';
import { durationInSeconds } from './duration.ts';

// The parsers of environment variables. Each states the rule of its values, which continues the sentence `PORT must be …`.

export function integer(min: number, max: number, defaultValue: number) {
  return requiredInteger(min, max).default(defaultValue);
}

export function optionalInteger(min: number, max: number) {
  return requiredInteger(min, max).optional();
}

function requiredInteger(min: number, max: number) {
  const rule = `an integer from ${min.toLocaleString('en')} to ${max.toLocaleString('en')}`;
  const isInRange = (text: string) => /^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max;
  return z.string().refine(isInRange, rule).transform(Number);
}

/** Parses a duration such as `15m` to seconds. */
export function duration(min: string, max: string, example: string) {
  const minSeconds = durationInSeconds(min) ?? 0;
  const maxSeconds = durationInSeconds(max) ?? 0;
  const isInRange = (text: string) => {
    const seconds = durationInSeconds(text);
    return seconds !== null && seconds >= minSeconds && seconds <= maxSeconds;
  };
  return z
    .string()
    .refine(isInRange, `an integer with a unit (s, m, h or d), from ${min} to ${max}, such as ${example}`)
    .transform((text) => durationInSeconds(text) ?? 0);
}

export function durationWithDefault(min: string, max: string, defaultValue: string) {
  return duration(min, max, defaultValue).default(durationInSeconds(defaultValue) ?? 0);
}

export function oneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, `one of ${values.join(', ')}`);
}

export function onOrOff() {
  return oneOf(['on', 'off']).transform((value) => value === 'on');
}

/** Parses a comma-separated list. Defaults to an empty list. */
export function list(isItem: (text: string) => boolean, items: string, maxItems = Number.POSITIVE_INFINITY) {
  return z
    .string()
    .transform((text) => text.split(',').map((item) => item.trim()))
    .refine((texts) => texts.length <= maxItems && texts.every(isItem), `a comma-separated list of ${items}`)
    .default([]);
}

/** Whether the text is the origin of a web page, such as `https://app.example.org`. Wildcards would never match. */
export function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === text && !text.includes('*');
}

export function isHeaderName(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?$/i.test(text);
}

/** Whether the text is an IP address or a network in CIDR notation. */
export function isAddressOrNetwork(text: string): boolean {
  const [address = '', bits, more] = text.split('/');
  if (isIP(address) === 0 || more !== undefined) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isIPv4(address) ? 32 : 128));
}

/** Whether the file can be read, and its text is valid. */
export function isFileOf(isValid: (text: string) => boolean): (file: string) => boolean {
  return (file) => {
    try {
      return isValid(readFileSync(file, 'utf8'));
    } catch {
      return false;
    }
  };
}

export function isHostName(text: string): boolean {
  return text.length <= 253 && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i.test(text);
}
