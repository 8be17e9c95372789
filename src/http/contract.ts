import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** The SDL with the access rules: what `gateway schema print` prints, as a test checks. */
export const contract = readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8');

/** Identifies the contract: the first 16 digits of its SHA-256. */
export const contractVersion = createHash('sha256').update(contract).digest('hex').slice(0, 16);
