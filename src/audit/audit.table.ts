import { columns } from '../database/columns.ts';

const { table, id, text, timestamp, integer, bigInteger, boolean, index, primaryKey, foreignKey } = columns;

// The database refuses to update these tables, and to delete from them what no checkpoint covers: triggers of the migration
// see to that. What somebody changes nevertheless does not match its `mac`, whose key is not in the database.

/** The events that one process wrote, numbered without a gap. */
export const auditChain = table('audit_chain', {
  /** Counts all chains, without a gap. */
  number: integer('number').primaryKey(),
  id: id('id').notNull(),
  startedAt: timestamp('started_at').notNull(),
  /** Which key its macs are made with. */
  keyId: text('key_id').notNull(),
  /** JSON, exactly as the mac has it: the newest seals of other chains when this one began, `[chain, seal, mac]`. */
  knownSeals: text('known_seals').notNull(),
  /** Over this row and the mac of the chain before it. */
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
    /** An AuditEvent as JSON, exactly as the mac has it. */
    event: text('event').notNull(),
    /** Over the chain, the sequence and the event. */
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

/** Which customers an event is about: how the events of one customer are found. */
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

/** Says of a chain how many events it has, and which: what is cut off, inserted or missing does not match. */
export const auditSeal = table(
  'audit_seal',
  {
    chain: integer('chain').notNull(),
    /** Counts the seals of a chain, without a gap. */
    number: bigInteger('number').notNull(),
    /** The last event that it covers. */
    sequence: bigInteger('sequence').notNull(),
    /** A hash over the macs of all events up to it. */
    head: text('head').notNull(),
    at: timestamp('at').notNull(),
    /** The process ended, and the chain with it. */
    isLast: boolean('is_last').notNull(),
    mac: text('mac').notNull(),
  },
  (self) => [
    primaryKey({ columns: [self.chain, self.number] }),
    foreignKey({ columns: [self.chain], foreignColumns: [auditChain.number] }),
    index('audit_seal_by_time').on(self.at),
  ],
);

/** Where the rest of a chain goes on from, after the retention period of its first events has passed. */
export const auditCheckpoint = table(
  'audit_checkpoint',
  {
    chain: integer('chain').notNull(),
    /** The last event that was pruned. */
    sequence: bigInteger('sequence').notNull(),
    /** The last seal that was pruned; 0: none. */
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
