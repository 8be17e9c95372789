import { columns } from '../database/columns.ts';

const { table, id, text, timestamp, integer, bigInteger, boolean, index, primaryKey, foreignKey } = columns;

// Triggers in the migration refuse updates of these tables, and deletions that no checkpoint covers. A change that avoids the
// triggers does not match the `mac` of its row, whose key is not in the database.

/** The chains: each contains the events of one process, numbered without gaps. */
export const auditChain = table('audit_chain', {
  /** Chains are numbered without gaps. */
  number: integer('number').primaryKey(),
  id: id('id').notNull(),
  startedAt: timestamp('started_at').notNull(),
  /** The ID of the key of its MACs. */
  keyId: text('key_id').notNull(),
  /** The newest seals of other chains when this chain began, as the JSON text that the MAC covers: `[chain, seal, mac]`. */
  knownSeals: text('known_seals').notNull(),
  /** The MAC of this row and of the MAC of the previous chain. */
  mac: text('mac').notNull(),
});

export const auditEvent = table(
  'audit_event',
  {
    chain: integer('chain').notNull(),
    sequence: bigInteger('sequence').notNull(),
    at: timestamp('at').notNull(),
    bankId: id('bank_id'),
    userId: id('user_id'),
    /** The AuditEvent as the JSON text that the MAC covers. */
    event: text('event').notNull(),
    /** The MAC of the chain, the sequence and the event. */
    mac: text('mac').notNull(),
  },
  (self) => [
    primaryKey({ columns: [self.chain, self.sequence] }),
    foreignKey({ columns: [self.chain], foreignColumns: [auditChain.number] }),
    index('audit_event_by_bank').on(self.bankId, self.at, self.chain, self.sequence),
    index('audit_event_by_user').on(self.userId, self.at, self.chain, self.sequence),
    index('audit_event_by_time').on(self.at, self.chain, self.sequence),
  ],
);

/** The customers of events, by which the events of one customer are found. */
export const auditEventCustomer = table(
  'audit_event_customer',
  {
    customerId: id('customer_id').notNull(),
    at: timestamp('at').notNull(),
    chain: integer('chain').notNull(),
    sequence: bigInteger('sequence').notNull(),
  },
  (self) => [primaryKey({ columns: [self.customerId, self.at, self.chain, self.sequence] })],
);

/** The seals: each states the number and the hash of the events of a chain so far, so that missing and inserted events are found. */
export const auditSeal = table(
  'audit_seal',
  {
    chain: integer('chain').notNull(),
    /** Seals of a chain are numbered without gaps. */
    number: bigInteger('number').notNull(),
    /** The sequence of the last event that the seal covers. */
    sequence: bigInteger('sequence').notNull(),
    /** The hash over the MACs of all events up to that event. */
    head: text('head').notNull(),
    at: timestamp('at').notNull(),
    /** Whether the process closed the chain with this seal. */
    isLast: boolean('is_last').notNull(),
    /** The chain of the process that wrote the seal, because the process of the chain was killed. Null if it was that process. */
    sealedBy: integer('sealed_by'),
    mac: text('mac').notNull(),
  },
  (self) => [
    primaryKey({ columns: [self.chain, self.number] }),
    foreignKey({ columns: [self.chain], foreignColumns: [auditChain.number] }),
    index('audit_seal_by_time').on(self.at),
  ],
);

/** The checkpoints: each is the point from which a chain continues after its first events were pruned. */
export const auditCheckpoint = table(
  'audit_checkpoint',
  {
    chain: integer('chain').notNull(),
    /** The sequence of the last pruned event. */
    sequence: bigInteger('sequence').notNull(),
    /** The number of the last pruned seal. 0 if there is none. */
    sealNumber: bigInteger('seal_number').notNull(),
    head: text('head').notNull(),
    at: timestamp('at').notNull(),
    mac: text('mac').notNull(),
  },
  (self) => [
    primaryKey({ columns: [self.chain, self.sequence] }),
    foreignKey({ columns: [self.chain], foreignColumns: [auditChain.number] }),
  ],
);

export type AuditChainRow = typeof auditChain.$inferSelect;
export type AuditEventRow = typeof auditEvent.$inferSelect;
export type AuditSealRow = typeof auditSeal.$inferSelect;
export type AuditCheckpointRow = typeof auditCheckpoint.$inferSelect;
