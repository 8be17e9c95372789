import type { FastifyRequest } from 'fastify';
import type { AuthenticatedUser } from '../../auth/authenticated-user.ts';
import type { Subscription } from '../../execution/subscription.ts';
import type { Context } from '../../graph/context.ts';
import type { EventSource } from '../../graph/event-source.ts';
import type { NamedOperation } from '../request.ts';
import type { PlacedChange } from './change-reader.ts';
import type { DeliveryBatch } from './delivery-batch.ts';
import type { EventStream } from './event-stream.ts';

/** A change that is delivered, with what its deliveries share. */
export interface Delivery extends PlacedChange {
  batch: DeliveryBatch;
}

/** A subscription of a client. */
export interface LiveStream {
  request: FastifyRequest;
  user: AuthenticatedUser;
  subscription: Subscription<Context>;
  source: EventSource;
  /** The operation as the audit trail names it. */
  operation: NamedOperation;
  listCost: number;
  output: EventStream;
  /** The deliveries that wait for their predecessors. */
  queue: Delivery[];
  /** Whether a delivery is running, or changes before those of the queue are still being read. */
  isBusy: boolean;
  /** When the access was last judged, as `performance.now()`. */
  judgedAt: number;
  isJudging: boolean;
}
