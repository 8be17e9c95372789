import { createHash, randomUUID } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import { type AuditedCaller, auditEventOf } from '../../audit/audit-event.ts';
import type { AuditTrail } from '../../audit/audit-trail.ts';
import type { ProviderToken } from '../../auth/oidc.ts';
import { isUsername } from '../../base/precis.ts';
import { InvalidValue } from '../../base/value-rules.ts';
import { parseEmailAddress, parseOptional, parseText } from '../../base/values.ts';
import { allChanges } from '../../changes/collected-changes.ts';
import { insertRow } from '../../database/write-row.ts';
import { user } from './user.table.ts';
import { areSameAddress, canonicalNames, usersNamed } from './username.ts';

/** Parses a claim. Returns null if it is invalid, because a profile is not a reason to refuse a person. */
function parsedClaim<Value>(parse: () => Value): Value | null {
  try {
    return parse();
  } catch (error) {
    if (error instanceof InvalidValue) return null;
    throw error;
  }
}

function shortText(claim: unknown): string | null {
  return parsedClaim(() => parseOptional(claim, (text) => parseText(text, 100)));
}

/**
 * The username at the provider, unless the profile UsernameCaseMapped refuses it, or it looks like an email address that is
 * not validated. Otherwise, the validated email address or the subject.
 */
function usernameOf({ subject, profile }: ProviderToken, validatedEmail: string | null): string {
  const preferred = shortText(profile.preferred_username);
  const isAllowed = preferred !== null && isUsername(preferred);
  if (isAllowed && (!preferred.includes('@') || areSameAddress(preferred, validatedEmail))) return preferred;
  return validatedEmail ?? subject;
}

/**
 * Stores a person of an identity provider at the first request, with the claims of the token. If several requests race, the
 * database lets one insert it. The username gets a suffix if another person of the provider has it in any spelling. Records
 * the event in the audit trail.
 */
export async function createProviderUser(
  auditTrail: AuditTrail,
  token: ProviderToken,
  caller: Partial<AuditedCaller>,
): Promise<void> {
  const { issuer, subject, profile } = token;
  const email = parsedClaim(() => parseOptional(profile.email, parseEmailAddress));
  const isValidated = email !== null && profile.email_verified === true;
  const name = usernameOf(token, isValidated ? email : null);
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
    isSuperAdmin: false,
    emailValidatedAt: isValidated ? now : null,
    awaitsEmailValidation: false,
    createdAt: now,
    updatedAt: now,
  };
  await auditTrail.write(async (transaction, changes) => {
    for (const username of [name, `${name}-${suffix.slice(0, 8)}`, `${name}-${suffix}`]) {
      // Users of an earlier version who collide have conflict numbers, which the unique constraint does not see.
      const isTaken = (await usersNamed(transaction, issuer, username)).length > 0;
      const [created] = isTaken
        ? []
        : await insertRow(
            transaction,
            user,
            { ...values, ...canonicalNames({ ...values, username }), username },
            'ignore',
          );
      if (created !== undefined) {
        const event = auditEventOf({
          ...caller,
          kind: 'AUTHENTICATION',
          outcome: 'SUCCEEDED',
          userId: created.id,
          provider: issuer,
          subjectUserIds: [created.id],
          changes: [...allChanges(changes).fields],
        });
        return { result: undefined, event };
      }
      const existing = await transaction.select({ id: user.id }).from(user).where(isOfPerson);
      if (existing.length > 0) return { result: undefined, event: null };
    }
    throw new Error('No username is free for a new person of an identity provider.');
  });
}
