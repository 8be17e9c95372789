import type { ASTNode, GraphQLError, GraphQLFormattedError } from 'graphql';
import { isErrorKey, shortTextOf } from '../base/errors.ts';

interface OfRequest {
  requestId: string | undefined;
  /** The formatted errors of the fields, by the nodes of the field. */
  byField: Map<readonly ASTNode[], GraphQLFormattedError>;
}

/**
 * The errors that one error causes at several paths of a field, such as the refusals of a page. They are formatted, and logged if they
 * are unexpected, only once. All have the same object as `extensions`, by which `withShortRepetitions` finds them.
 */
export class RepeatedErrors {
  readonly #byCause = new WeakMap<Error, OfRequest>();

  /** The formatted error with the same cause at the same field of this request, or else the result of `format`. */
  first(
    { originalError, nodes }: GraphQLError,
    requestId: string | undefined,
    format: () => GraphQLFormattedError,
  ): GraphQLFormattedError {
    if (originalError == null || nodes === undefined) return format();
    let ofRequest = this.#byCause.get(originalError);
    if (ofRequest?.requestId !== requestId || ofRequest === undefined) {
      ofRequest = { requestId, byField: new Map() };
      this.#byCause.set(originalError, ofRequest);
    }
    const known = ofRequest.byField.get(nodes);
    if (known !== undefined) return known;
    const formatted = format();
    ofRequest.byField.set(nodes, formatted);
    return formatted;
  }
}

interface ErrorOfField {
  message: string;
  path?: readonly (string | number)[];
  extensions?: Readonly<Record<string, unknown>>;
}

/** The parts of an error at its further paths. */
function shortened({ message, extensions: { code, key } = {} }: ErrorOfField): ErrorOfField {
  const short = isErrorKey(key) ? shortTextOf(key) : null;
  return { message: short ?? message, extensions: { code, key } };
}

/**
 * Shortens the errors that differ from an earlier one only by their path: otherwise, the refusals of a page would be larger than its
 * data.
 */
export function withShortRepetitions<Item extends ErrorOfField>(errors: readonly Item[]): (Item | ErrorOfField)[] {
  const repetitions = new Map<object, ErrorOfField>();
  return errors.map((error) => {
    const { path, extensions } = error;
    if (extensions === undefined || path === undefined) return error;
    const known = repetitions.get(extensions);
    if (known !== undefined) return { message: known.message, path, extensions: known.extensions };
    repetitions.set(extensions, shortened(error));
    return error;
  });
}
