import { randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Entrant, MeetingProviderKind } from './meeting-provider.ts';

/** Jitsi requires the token when a participant enters, and again after a lost connection. */
const lifetimeSeconds = 3600;
/** The accepted difference between the clocks of the gateway and of the Jitsi server. */
const leewaySeconds = 60;

/** In lower case, as Jitsi compares them. */
function newRoom(): string {
  return randomBytes(16).toString('hex');
}

/** The form of a room. An imported meeting could name the room `*`, and a token for it would open every room. */
const ownRoom = /^[0-9a-f]{32}$/;

/** The `context.user` of Jitsi contains only texts. Unknown values are omitted. */
function contextUser({ userId, name, email, isModerator }: Entrant) {
  return { id: userId, name, ...(email === null ? {} : { email }), moderator: String(isModerator) };
}

/**
 * Jitsi Meet with token authentication (Prosody's `authentication = "token"`, a shared secret and HS256). A session is a room, which
 * exists while participants are in it, so the gateway never calls the server: a token is enough to enter.
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
            // The audience that Jitsi accepts by default.
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
