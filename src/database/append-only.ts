/** The tables in which the gateway inserts rows, but never updates or deletes them. `empowerment` records who granted what. */
export const appendOnlyTables: readonly string[] = [
  'audit_chain',
  'audit_event',
  'audit_event_customer',
  'audit_seal',
  'empowerment',
];

/** The tables that only their owner writes, when the audit trail is pruned or migrations are applied. */
export const ownerOnlyTables: readonly string[] = ['audit_checkpoint', 'migration'];
