import type { AuditChainRow, AuditCheckpointRow, AuditSealRow } from './audit.table.ts';

// The parts that each kind of MAC covers.

export function chainParts(
  { number, id, startedAt, keyId, knownSeals }: Omit<AuditChainRow, 'mac'>,
  previousMac: string,
): (string | number)[] {
  return [number, id, startedAt.getTime(), keyId, knownSeals, previousMac];
}

/** The text of the event contains its other columns. */
export function eventParts(chainId: string, sequence: number, event: string): (string | number)[] {
  return [chainId, sequence, event];
}

export function sealParts(
  chainId: string,
  { number, sequence, head, at, isLast, sealedBy }: Omit<AuditSealRow, 'mac' | 'chain'>,
): (string | number | boolean)[] {
  // Seals of earlier versions have no `sealedBy`.
  return [chainId, number, sequence, head, at.getTime(), isLast, ...(sealedBy === null ? [] : [sealedBy])];
}

export function checkpointParts(
  chainId: string,
  { sequence, sealNumber, head, at }: Omit<AuditCheckpointRow, 'mac' | 'chain'>,
): (string | number)[] {
  return [chainId, sequence, sealNumber, head, at.getTime()];
}
