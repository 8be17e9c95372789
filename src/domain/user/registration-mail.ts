import type { Mail } from '../../auth/mailer.ts';
import { clientNetwork } from '../../base/client-network.ts';
import type { InstallationSecret } from '../../base/installation-secret.ts';
import { mapUsername } from '../../base/precis.ts';
import type { Queries } from '../../database/database.ts';
import { emailValidationToken } from './email-validation.ts';
import { count } from './mail-count.ts';
import type { RegistrationRow } from './registration.table.ts';

/** The maximum number of mails to one address in a day: for registrations from one network, and from all networks. */
const mailsOfNetworkPerDay = 3;
const mailsPerDay = 10;
const dayMilliseconds = 24 * 3_600_000;

/** Counts a mail to this address. Returns whether it can be sent: an address is not flooded by registrations of others. */
export async function countMail(
  transaction: Queries,
  { secret, clientAddress }: { secret: InstallationSecret; clientAddress: string },
  address: string,
): Promise<boolean> {
  const idsOf = (...texts: string[]) => secret.hashes('gateway registration mails', JSON.stringify(texts));
  const canonical = mapUsername(address);
  const period = { now: new Date(), periodMilliseconds: dayMilliseconds };
  // In this order, so that one network alone cannot use up the mails of the address.
  const ofNetwork = await count(transaction, { ids: idsOf(canonical, clientNetwork(clientAddress)), ...period });
  if (ofNetwork.mails > mailsOfNetworkPerDay) return false;
  const ofAddress = await count(transaction, { ids: idsOf(canonical), ...period });
  return ofAddress.mails <= mailsPerDay;
}

/** The mail with the link. It contains no text from the registration, so registering cannot be used to send text to others. */
export async function linkMail(
  row: RegistrationRow,
  { secret, publicUrl }: { secret: InstallationSecret; publicUrl: string },
): Promise<Mail> {
  return {
    to: row.email,
    subject: 'Validate your email address',
    text: [
      'A user was registered with this email address. To validate the address, open this link within 24 hours, and enter the password that you chose:',
      `${publicUrl}/validate-email?token=${await emailValidationToken(secret, row)}`,
      'If you did not register, ignore this mail. No user is created without the password.',
      '',
    ].join('\n\n'),
  };
}

/** The mail to the user who already has the username or the email address. */
export function noticeMail(to: string): Mail {
  return {
    to,
    subject: 'Registration with your username or email address',
    text: [
      'Someone tried to register a user with the username or the email address of your user. Nothing was changed.',
      'If it was you, log in with the user that you have. Otherwise, ignore this mail.',
      '',
    ].join('\n\n'),
  };
}
