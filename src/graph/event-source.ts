import { gatewayError } from '../base/errors.ts';
import type { ChangeRow } from '../changes/change.table.ts';
import type { Context } from './context.ts';

interface EventSourceParts {
  /** The schema coordinate of the subscription field. */
  field: string;
  /** The arguments of the field, to which the cursors of its events are bound. */
  arguments: unknown;
  /** The bank whose changes are events. */
  bankId: string;
  /** The customer of whose accounts changes are events, too. */
  customerId?: string;
  /**
   * Whether the change can be an event. It is called for every change at the bank, with those customers of streams to whom one of its
   * accounts is linked.
   */
  matches(change: ChangeRow, linkedCustomerIds: ReadonlySet<string>): boolean;
  /** The event of a change, for the resolver of the field. Null if the caller can read none of the changed fields. */
  eventOf(context: Context, change: ChangeRow, cursor: string): Promise<object | null>;
}

/**
 * The result of a subscription field when a client subscribes. `http/live` reads the changes, and executes the operation of each client
 * for each event, because each has a context of its own. graphql-js requires that it can be iterated.
 */
export class EventSource implements AsyncIterable<never> {
  readonly parts: EventSourceParts;

  constructor(parts: EventSourceParts) {
    this.parts = parts;
  }

  /** Fails if the caller of the context cannot access the field any more. The guard of the field sets it. */
  judge: (context: Context) => Promise<void> = async () => {
    throw gatewayError('OBP-20006', { missingRoles: [] });
  };

  [Symbol.asyncIterator](): never {
    throw new Error(`${this.parts.field} has no events of its own.`);
  }
}
