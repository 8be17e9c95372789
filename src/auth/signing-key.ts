import { createPrivateKey, createPublicKey, generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { calculateJwkThumbprint, exportJWK, type JWK } from 'jose';

/** The algorithm of each type of key. */
export const algorithms = { ed25519: 'EdDSA', prime256v1: 'ES256' } as const;

/** The signing keys, as a text or its file: a JWK Set whose first key signs, or one private key as PKCS #8 PEM or JWK. */
export type SigningKey = { readonly key: string } | { readonly file: string };

/** The reason why a signing key cannot be used. The message never contains the key. */
export class InvalidSigningKey extends Error {
  constructor(problem: string, options?: ErrorOptions) {
    super(`The signing key ${problem}.`, options);
    this.name = 'InvalidSigningKey';
  }
}

/** Creates an Ed25519 private key as a JSON Web Key on one line, for a file or an environment variable. */
export function createSigningKey(): string {
  return JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }));
}

/**
 * Creates a JWK Set with a new private key, which signs, and the public parts of the first `keep` former keys, which only verify.
 * @throws InvalidSigningKey
 */
export function rotateSigningKeys(text: string, keep = Number.POSITIVE_INFINITY): string {
  const former = parseSigningKeys(text)
    .slice(0, keep)
    .map((key) => publicKeyOf(key).export({ format: 'jwk' }));
  return JSON.stringify({ keys: [JSON.parse(createSigningKey()), ...former] }, null, 2);
}

/** Parses a JWK Set whose first key is private, or a single private key. @throws InvalidSigningKey */
export function parseSigningKeys(text: string): KeyObject[] {
  const keys = readKeys(text);
  if (keys[0]?.type !== 'private') {
    throw new InvalidSigningKey(
      'must be a JWK Set that begins with a private key, or a private key as JWK or PKCS #8 PEM',
    );
  }
  if (keys.some((key) => algorithmOf(key) === undefined))
    throw new InvalidSigningKey('must be an Ed25519 or P-256 key');
  return keys;
}

/** Whether `parseSigningKeys` accepts the text. */
export function isSigningKey(text: string): boolean {
  try {
    parseSigningKeys(text);
    return true;
  } catch {
    return false;
  }
}

function readKeys(text: string): KeyObject[] {
  try {
    if (!text.trimStart().startsWith('{')) return [createPrivateKey(text)];
    const parsed: JsonWebKey & { keys?: JsonWebKey[] } = JSON.parse(text);
    return (parsed.keys ?? [parsed]).map((key) =>
      key.d === undefined ? createPublicKey({ key, format: 'jwk' }) : createPrivateKey({ key, format: 'jwk' }),
    );
  } catch {
    return [];
  }
}

export function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string | undefined {
  if (asymmetricKeyType === 'ed25519') return algorithms.ed25519;
  return asymmetricKeyDetails?.namedCurve === 'prime256v1' ? algorithms.prime256v1 : undefined;
}

function publicKeyOf(key: KeyObject): KeyObject {
  return key.type === 'public' ? key : createPublicKey(key);
}

export interface KeyRing {
  /** The private key, with its ID and algorithm. */
  signing: { key: KeyObject; id: string; algorithm: string };
  /** The public keys, by ID. */
  verification: ReadonlyMap<string, KeyObject>;
  published: { keys: JWK[] };
}

/** Reads the keys. @throws InvalidSigningKey */
export async function readKeyRing(signing: SigningKey): Promise<KeyRing> {
  const text =
    'key' in signing
      ? signing.key
      : await readFile(signing.file, 'utf8').catch((cause) => {
          throw new InvalidSigningKey(`cannot be read from ${signing.file}`, { cause });
        });
  const keys = parseSigningKeys(text);
  const verification = new Map<string, KeyObject>();
  const published: JWK[] = [];
  for (const key of keys.map(publicKeyOf)) {
    const jwk = await exportJWK(key);
    const id = await calculateJwkThumbprint(jwk);
    if (verification.has(id)) continue;
    verification.set(id, key);
    published.push({ ...jwk, kid: id, use: 'sig', alg: algorithmOf(key) });
  }
  const [key] = keys;
  const [first] = published;
  if (key === undefined || first?.kid === undefined || first.alg === undefined)
    throw new InvalidSigningKey('is missing');
  return { signing: { key, id: first.kid, algorithm: first.alg }, verification, published: { keys: published } };
}
