/** The tables to which the gateway only ever adds: those of the audit trail, and who granted what. */
export const appendOnlyTables: readonly string[] = [
  'audit_chain',
  'audit_event',
  'audit_event_customer',
  'audit_seal',
  'empowerment',
];

/** What only their owner writes: who prunes the audit trail, and who migrates. */
export const ownerOnlyTables: readonly string[] = ['audit_checkpoint', 'migration'];
