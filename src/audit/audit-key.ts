import { createHmac, hash, type KeyObject } from 'node:crypto';
import type { InstallationSecret } from '../base/installation-secret.ts';

/** Computes the MACs of the audit trail. They cannot be computed from the database alone. */
export interface AuditKey {
  /** Identifies the key without revealing it. */
  id: string;
  mac(kind: 'chain' | 'event' | 'seal' | 'checkpoint', parts: readonly (string | number | boolean)[]): string;
}

/** The key that signs new events. */
export function auditKey(secret: InstallationSecret): AuditKey {
  return auditKeyOf(secret.keys('gateway audit')[0]);
}

/** The present and former keys of the audit trail, by ID. */
export type AuditKeys = ReadonlyMap<string, AuditKey>;

export function auditKeys(secret: InstallationSecret): AuditKeys {
  return new Map(
    secret
      .keys('gateway audit')
      .map(auditKeyOf)
      .map((key) => [key.id, key]),
  );
}

function auditKeyOf(key: KeyObject): AuditKey {
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
