import type { GraphQLFormattedError } from 'graphql';
import { committedError, type GatewayError } from '../base/errors.ts';
import { type AnswerMeter, answerTooLong } from '../execution/answer-meter.ts';
import { inResponseOrder } from './error-order.ts';
import { withShortRepetitions } from './repeated-errors.ts';
import type { RequestScope } from './request.ts';

/** The part of a GraphQL result that is written. */
export interface Result {
  data?: Record<string, unknown> | null;
  errors?: readonly GraphQLFormattedError[];
}

function fits(text: string, { maxTextBytes }: AnswerMeter): boolean {
  // UTF-8 takes at most three bytes for a UTF-16 code unit.
  return text.length * 3 <= maxTextBytes || Buffer.byteLength(text) <= maxTextBytes;
}

/**
 * The JSON text of a result. If it is too large, because texts take more bytes than the executor has estimated, a query is
 * stopped, and the fields of a mutation, which are committed, are null. Without the line break that Apollo Server adds, for
 * which a long text would be copied once more.
 */
export function answerText(
  unsorted: Result,
  { context, isMutation }: Pick<RequestScope, 'context' | 'isMutation'> = {},
): string {
  const { data, errors = [] } = unsorted;
  const result =
    errors.length > 1 ? { ...unsorted, errors: withShortRepetitions(inResponseOrder(errors, data)) } : unsorted;
  const text = JSON.stringify(result);
  if (context === undefined || fits(text, context.answer)) return text;
  const error = answerTooLong(context.answer.maxAnswerBytes);
  if (isMutation !== true) {
    context.answer.stop(error);
    return JSON.stringify({ errors: [error] });
  }
  return textWithoutResults(result, error);
}

/** The JSON text of the result of a mutation whose fields are null, because this error has occurred after they were committed. */
export function textWithoutResults({ data, errors = [] }: Result, error: GatewayError): string {
  const omitted = Object.entries(data ?? {}).filter(([, value]) => value !== null);
  return JSON.stringify({
    data: Object.fromEntries(Object.keys(data ?? {}).map((name) => [name, null])),
    errors: [
      ...errors.filter(({ path = [] }) => path.length <= 1),
      ...omitted.map(([name]) => ({ ...committedError(error).toJSON(), path: [name] })),
    ],
  });
}
