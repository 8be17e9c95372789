import { createHash, randomUUID } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import { type AuditedCaller, auditEventOf } from '../../audit/audit-event.ts';
import type { AuditTrail } from '../../audit/audit-trail.ts';
import { collectChanges, noteChange } from '../../audit/changes.ts';
import type { ProviderToken } from '../../auth/oidc.ts';
import { InvalidValue, parseEmailAddress, parseOptional, parseText } from '../../values.ts';
import { user } from './user.table.ts';

/** What a claim says, where it can be stored; null otherwise, as a profile is no reason to refuse a person. */
function told<Value>(parse: () => Value): Value | null {
  try {
    return parse();
  } catch (error) {
    if (error instanceof InvalidValue) return null;
    throw error;
  }
}

function shortText(claim: unknown): string | null {
  return told(() => parseOptional(claim, (text) => parseText(text, 100)));
}

/**
 * Stores a person of an identity provider who comes for the first time, with what the token says of them then. Of those
 * who race the database lets one insert it. The username is that of the provider, or the e-mail address, or the subject;
 * with something behind it where another person of the provider has it already. The audit trail has who came, from where.
 */
export async function createProviderUser(
  auditTrail: AuditTrail,
  { issuer, subject, profile }: ProviderToken,
  caller: Partial<AuditedCaller>,
): Promise<void> {
  const email = told(() => parseOptional(profile.email, parseEmailAddress));
  const name = shortText(profile.preferred_username) ?? email ?? subject;
  const suffix = createHash('sha256').update(subject).digest('hex');
  const isOfPerson = and(eq(user.provider, issuer), eq(user.providerId, subject));
  const now = new Date();
  const values = {
    id: randomUUID(),
    email,
    firstName: shortText(profile.given_name),
    lastName: shortText(profile.family_name),
    provider: issuer,
    providerId: subject,
    emailValidatedAt: email !== null && profile.email_verified === true ? now : null,
    createdAt: now,
    updatedAt: now,
  };
  await auditTrail.write(async (transaction) => {
    const changes = collectChanges(transaction);
    for (const username of [name, `${name}-${suffix.slice(0, 8)}`, `${name}-${suffix}`]) {
      const [created] = await transaction
        .insert(user)
        .values({ ...values, username })
        .onConflictDoNothing()
        .returning();
      if (created !== undefined) {
        noteChange(transaction, user, null, created);
        const event = auditEventOf({
          ...caller,
          kind: 'AUTHENTICATION',
          outcome: 'SUCCEEDED',
          userId: created.id,
          provider: issuer,
          subjectUserIds: [created.id],
          changes: [...changes.fields],
        });
        return { result: undefined, event };
      }
      const found = await transaction.select({ id: user.id }).from(user).where(isOfPerson);
      if (found.length > 0) return { result: undefined, event: null };
    }
    throw new Error('No username is free for a new person of an identity provider.');
  });
}
