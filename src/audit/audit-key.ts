import { createHmac, createSecretKey, hash, hkdfSync } from 'node:crypto';

/** Computes the MACs of the audit trail. They cannot be computed from the database alone. */
export interface AuditKey {
  /** Identifies the key without revealing it. */
  id: string;
  mac(kind: 'chain' | 'event' | 'seal' | 'checkpoint', parts: readonly (string | number | boolean)[]): string;
}

/** Derives the key from the secret of the installation. */
export function auditKey(secret: string): AuditKey {
  // With a key object, a MAC takes a fifth of the time that it takes with the bytes.
  const key = createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', 'gateway audit', 32)));
  const id = createHmac('sha256', key).update('id').digest('base64url').slice(0, 8);
  return {
    id,
    mac: (kind, parts) =>
      createHmac('sha256', key)
        .update(JSON.stringify([kind, ...parts]))
        .digest('base64url'),
  };
}

/** The head of an empty chain. */
export const emptyHead = '';

/** Returns the head after an event: a hash over the MACs of all events up to it. */
export function nextHead(head: string, mac: string): string {
  return hash('sha256', `${head}.${mac}`, 'base64url');
}
