import { randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Entrant, MeetingProviderKind } from './meeting-provider.ts';

/** Jitsi asks for the token when somebody enters, and again after a lost connection. */
const lifetimeSeconds = 3600;
/** How far the clocks of the gateway and of the Jitsi server may be apart. */
const leewaySeconds = 60;

/** In lower case, as Jitsi compares them. */
function newRoom(): string {
  return randomBytes(16).toString('hex');
}

/** Only these: a token for the room `*`, which an imported meeting might name, would open every room. */
const ownRoom = /^[0-9a-f]{32}$/;

/** Jitsi's `context.user` takes texts only: what is unknown is left out, and a flag is written as one. */
function contextUser({ userId, name, email, isModerator }: Entrant) {
  return { id: userId, name, ...(email === null ? {} : { email }), moderator: String(isModerator) };
}

/**
 * Jitsi Meet with token authentication (Prosody's `authentication = "token"`, a shared secret and HS256). A session is a
 * room, which exists while somebody is in it, so that nothing is asked of the server: tokens alone open it.
 */
export const jitsi: MeetingProviderKind = {
  id: 'jitsi',
  open({ jitsi: { domain, appId, secret } }) {
    if (domain === null) return 'OBP-30101';
    if (appId === null) return 'OBP-30102';
    if (secret === null) return 'OBP-30103';
    const key = new TextEncoder().encode(secret);
    return {
      createSession: async () => newRoom(),
      async signToken(room, entrant) {
        if (!ownRoom.test(room)) return null;
        const now = Math.floor(Date.now() / 1000);
        return (
          new SignJWT({ room, context: { user: contextUser(entrant) } })
            .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
            .setIssuer(appId)
            // The audience that Jitsi accepts unless it is told of others.
            .setAudience(appId)
            .setSubject(domain)
            .setIssuedAt(now)
            .setNotBefore(now - leewaySeconds)
            .setExpirationTime(now + lifetimeSeconds)
            .sign(key)
        );
      },
    };
  },
};
