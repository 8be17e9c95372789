import { gatewayError } from '../base/errors.ts';
import type { Context } from './context.ts';

/** The ID of the caller. @throws OBP-20001 for an anonymous caller, whom the access rules of mutations refuse before. */
export function callerIdOf({ user }: Pick<Context, 'user'>): string {
  if (user === null) throw gatewayError('OBP-20001');
  return user.id;
}
