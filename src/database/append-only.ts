/** The tables of the audit trail, to which the gateway only ever adds. */
export const appendOnlyTables: readonly string[] = ['audit_chain', 'audit_event', 'audit_event_customer', 'audit_seal'];

/** What only their owner writes: who prunes the audit trail, and who migrates. */
export const ownersTables: readonly string[] = ['audit_checkpoint', 'migration'];
