import { createHash } from 'node:crypto';
import type { KycStatusRow } from '../../domain/kyc/kyc-status.table.ts';
import { type Profile, writtenAt } from './profile.ts';
import { daysAfter, lastTime, localDate } from './random.ts';
import type { Generated, GeneratedCustomer } from './rows.ts';

/** Generates a timeline of up to three statuses, oldest first. */
export function generateKycStatuses({ random, ofCustomer, createdAt, clerk }: Profile): Generated<KycStatusRow>[] {
  const { chance, integer } = random;
  const statuses: Generated<KycStatusRow>[] = [];
  if (!chance(0.95)) return statuses;
  let date = daysAfter(createdAt, integer(1, 30));
  const last = integer(1, 3);
  for (let number = 1; number <= last && date < lastTime; number += 1) {
    statuses.push({
      id: random.uuid(),
      ...ofCustomer,
      ok: chance(0.85),
      date,
      recordedByUserId: clerk.id,
      ...writtenAt(date),
    });
    date = daysAfter(date, integer(30, 700));
  }
  return statuses;
}

type GeneratedEvidence = Pick<GeneratedCustomer, 'kycChecks' | 'kycDocuments' | 'kycMedia'>;

export function generateKycEvidence(profile: Profile): GeneratedEvidence {
  const kycChecks = generateKycChecks(profile);
  const kycDocuments = generateKycDocuments(profile);
  return { kycChecks, kycDocuments, kycMedia: generateKycMedia(profile, kycChecks, kycDocuments) };
}

function generateKycChecks({ random, ...profile }: Profile): GeneratedEvidence['kycChecks'] {
  return random.times(1, 2, (position) => {
    const date = position === 0 ? profile.createdAt : profile.laterTime();
    const satisfied = random.chance(0.9);
    return {
      customerId: profile.id,
      id: `check-${position + 1}`,
      bankId: profile.bankId,
      date,
      how: random.oneOf(['in branch', 'video identification', 'postal identification']),
      staffUserId: profile.clerk.id,
      staffName: profile.clerkName,
      satisfied,
      comments: satisfied ? null : 'The picture is hard to recognise; to be repeated.',
      recordedByUserId: profile.clerk.id,
      ...writtenAt(date),
    };
  });
}

function generateKycDocuments({ random, createdAt, ...profile }: Profile): GeneratedEvidence['kycDocuments'] {
  return random.times(1, 2, (position) => {
    const issued = random.between(daysAfter(createdAt, -3000), daysAfter(createdAt, -10));
    return {
      customerId: profile.id,
      id: `document-${position + 1}`,
      bankId: profile.bankId,
      type: position === 0 ? random.oneOf(['passport', 'identity card']) : 'driving licence',
      number: random.faker.string.alphanumeric({ length: 9, casing: 'upper' }),
      issueDate: localDate(issued),
      issuePlace: profile.city,
      expiryDate: localDate(daysAfter(issued, 3652)),
      recordedByUserId: profile.clerk.id,
      ...writtenAt(createdAt),
    };
  });
}

/** Generates a picture of each document, from the check at the same position. */
function generateKycMedia(
  { id, bankId, createdAt, clerk }: Profile,
  checks: GeneratedEvidence['kycChecks'],
  documents: GeneratedEvidence['kycDocuments'],
): GeneratedEvidence['kycMedia'] {
  return documents.map((document, position) => {
    const check = checks[position];
    const date = check?.date ?? createdAt;
    const url = `https://kyc-media.example.com/${bankId}/${id}/media-${position + 1}.png`;
    const sha256 = createHash('sha256').update(url).digest('hex');
    return {
      customerId: id,
      id: `media-${position + 1}`,
      bankId,
      type: 'image',
      url,
      date,
      sha256,
      contentType: 'image/png',
      bytes: Number.parseInt(sha256.slice(0, 5), 16) + 10_000,
      recordedByUserId: clerk.id,
      relatesToKycDocumentId: document.id,
      relatesToKycCheckId: check?.id ?? null,
      ...writtenAt(date),
    };
  });
}
