/**
 * Unique personal data, so that tests can search for it in places that must not contain it.
 *
 *   const planted = plantedPerson();
 *   … send planted.legalName and planted.email to the gateway …
 *   expect(leaksIn(lines, Object.values(planted))).toEqual([]);
 */
import { randomBytes, randomInt } from 'node:crypto';

function letters(length: number): string {
  return Array.from({ length }, () => String.fromCharCode(97 + randomInt(26))).join('');
}

export function plantedPerson() {
  const name = letters(12);
  const digits = String(randomInt(1_000_000, 9_999_999));
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    legalName: `Ms. Q${name} Zweig`,
    firstName: `Q${name}`,
    lastName: `W${letters(12)}`,
    phone: `+49 30 ${digits}`,
    phoneE164: `+4930${digits}`,
    phoneDigits: digits,
    email: `q${name}@${letters(10)}.example.org`,
    documentNumber: `D${randomBytes(6).toString('hex').toUpperCase()}`,
    taxNumber: `T${randomBytes(6).toString('hex').toUpperCase()}`,
    customerNumber: `C${randomBytes(6).toString('hex')}`,
    line1: `${letters(12)} lane 7`,
    city: `V${letters(12)}`,
    attributeValue: `value ${letters(12)}`,
    handle: `@${letters(12)}`,
    message: `Dear ${letters(12)}, your card is ready.`,
    username: `u${letters(14)}`,
    password: `The passphrase ${letters(12)} of mine.`,
    reason: `Complaint of ${letters(12)}`,
    token: [encoded({ alg: 'EdDSA', typ: letters(8) }), encoded({ sub: letters(12), exp: 1 }), letters(43)].join('.'),
  };
}

export type PlantedPerson = ReturnType<typeof plantedPerson>;

/** Returns each value that the texts contain, also encoded for a URL or JSON, with its line. */
export function leaksIn(texts: readonly string[], values: Iterable<string>): string[] {
  const text = texts.join('\n').toLowerCase();
  return [...new Set(values)].flatMap((value) => {
    const spellings = [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)];
    const position = spellings.map((spelling) => text.indexOf(spelling.toLowerCase())).find((index) => index !== -1);
    if (position === undefined) return [];
    const start = text.lastIndexOf('\n', position) + 1;
    return [`${value} in ${text.slice(start, start + 1_000).split('\n')[0]}`];
  });
}

/** Returns all texts in a nested value, each with the name of its field. */
export function textsIn(value: unknown, field = ''): { field: string; text: string }[] {
  if (typeof value === 'string') return [{ field, text: value }];
  if (Array.isArray(value)) return value.flatMap((item) => textsIn(item, field));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => textsIn(part, name));
}
