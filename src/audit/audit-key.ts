import { createHmac, createSecretKey, hash, hkdfSync } from 'node:crypto';

/** Signs what is written to the audit trail. Nobody who has only the database can make a mac. */
export interface AuditKey {
  /** Tells keys apart, and nothing of them. */
  id: string;
  mac(kind: 'chain' | 'event' | 'seal' | 'checkpoint', parts: readonly (string | number | boolean)[]): string;
}

/** The key that is derived from the secret of the installation. */
export function auditKey(secret: string): AuditKey {
  // A key object: with the bytes alone a mac takes five times as long.
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

/** Before the first event of a chain. */
export const emptyHead = '';

/** The hash over the macs of all events up to the one with this `mac`. */
export function nextHead(head: string, mac: string): string {
  return hash('sha256', `${head}.${mac}`, 'base64url');
}
