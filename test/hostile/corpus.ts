import type { Attack } from './attack.ts';
import { bodyAttacks } from './attacks/bodies.ts';
import { connectionAttacks } from './attacks/connections.ts';
import { documentIdAttacks } from './attacks/document-ids.ts';
import { documentAttacks } from './attacks/documents.ts';
import { entityAttacks } from './attacks/entities.ts';
import { grantAttacks } from './attacks/grants.ts';
import { inputAttacks } from './attacks/inputs.ts';
import { leakAttacks } from './attacks/leaks.ts';
import { limitAttacks } from './attacks/limits.ts';
import { loginAttacks } from './attacks/logins.ts';
import { responseAttacks } from './attacks/responses.ts';
import { statementAttacks } from './attacks/statements.ts';
import { textAttacks } from './attacks/text.ts';
import { tokenAttacks } from './attacks/tokens.ts';

/** All attacks, by kind. */
export const corpus: Readonly<Record<string, readonly Attack[]>> = {
  text: textAttacks,
  inputs: inputAttacks,
  documents: documentAttacks,
  documentIds: documentIdAttacks,
  entities: entityAttacks,
  bodies: bodyAttacks,
  leaks: leakAttacks,
  tokens: tokenAttacks,
  grants: grantAttacks,
  logins: loginAttacks,
  limits: limitAttacks,
  statements: statementAttacks,
  responses: responseAttacks,
  connections: connectionAttacks,
};
