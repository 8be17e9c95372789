import { isRegularAddress } from '../../auth/login-attempts.ts';
import { clientNetwork } from '../../base/client-network.ts';
import { gatewayError } from '../../base/errors.ts';
import type { InstallationSecret, PresentFirst } from '../../base/installation-secret.ts';
import type { Queries } from '../../database/database.ts';
import { type Counting, count } from './mail-count.ts';

const hourMilliseconds = 3_600_000;
const dayMilliseconds = 24 * hourMilliseconds;

/** The maximum number of requests of all networks, as a multiple of that of one network. */
const networksPerHour = 50;

/** The maximum number of mails to one address in a day: for requests from one network, and from all networks. */
const mailsOfNetworkPerDay = 3;
const mailsPerDay = 10;

export interface ResetRequester {
  secret: InstallationSecret;
  clientAddress: string;
}

function idsOf(secret: InstallationSecret, ...texts: string[]): PresentFirst<string> {
  return secret.hashes('gateway password resets', JSON.stringify(texts));
}

/**
 * Counts a request of this network, whether the user exists or not.
 * @throws RATE_LIMITED after too many requests of the network, or of all networks. Counts nothing then.
 */
export async function limitRequests(
  transaction: Queries,
  { secret, clientAddress }: ResetRequester,
  requestsPerHour: number,
  now: Date,
): Promise<void> {
  const limits = [
    { ids: idsOf(secret, 'network', clientNetwork(clientAddress)), most: requestsPerHour },
    { ids: idsOf(secret, 'all networks'), most: requestsPerHour * networksPerHour },
  ];
  for (const { ids, most } of limits) {
    const { mails, until } = await count(transaction, { ids, now, periodMilliseconds: hourMilliseconds });
    const retryAfterSeconds = Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 1_000));
    if (mails > most) throw gatewayError('RATE_LIMITED', { retryAfterSeconds });
  }
}

/**
 * Counts a mail to this address. Returns whether it can be sent: an address is not flooded by requests of others. Networks from
 * which the user logged in recently have counts of their own, so that requests from elsewhere do not prevent the user's.
 *
 * The statements are always the same. If the user does not exist, `address` and `username` are the text of the client.
 */
export async function countResetMail(
  transaction: Queries,
  { secret, clientAddress }: ResetRequester,
  { address, username }: { address: string; username: string },
  now: Date,
): Promise<boolean> {
  const isRegular = await isRegularAddress(transaction, { secret, username, clientAddress }, now);
  const period: Omit<Counting, 'ids'> = { now, periodMilliseconds: dayMilliseconds };
  const network = idsOf(secret, 'address', address, clientNetwork(clientAddress));
  const isWithinNetwork = (await count(transaction, { ids: network, ...period })).mails <= mailsOfNetworkPerDay;
  const overall = idsOf(secret, 'address', address, isRegular ? 'regular networks' : 'other networks');
  // A network that has used up its own mails does not use up those of the address.
  const { mails } = await count(transaction, { ids: overall, ...period, by: isWithinNetwork ? 1 : 0 });
  return isWithinNetwork && mails <= mailsPerDay;
}
