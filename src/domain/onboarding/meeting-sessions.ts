import { isInputError } from '../../base/input-problems.ts';
import type { Context } from '../../graph/context.ts';
import { createSession } from '../meeting/meeting-providers.ts';
import type { Drafts } from './customer-draft.ts';

/** Creates the video sessions of the meetings, by their fields. A provider that is not configured is a problem of the input. */
export async function withSessions(
  { config }: Context,
  { drafts, invalid }: Drafts,
): Promise<{ drafts: Drafts; sessions: ReadonlyMap<string, string> }> {
  const sessions = new Map<string, string>();
  const problems = [...invalid];
  for (const { meeting } of drafts) {
    if (meeting === null) continue;
    try {
      const field = `${meeting.field}.providerId`;
      sessions.set(meeting.field, await createSession(config, meeting.values.values.providerId, field));
    } catch (error) {
      if (!isInputError(error)) throw error;
      problems.push(error);
    }
  }
  return { drafts: { drafts, invalid: problems }, sessions };
}
