-- The audit trail only grows. What a checkpoint covers may be pruned; checkpoints are signed, so a false one is found.
create trigger `audit_chain_no_update` before update on `audit_chain` begin
	select raise(abort, 'The audit trail is not changed.');
end;
--> statement-breakpoint
create trigger `audit_chain_no_delete` before delete on `audit_chain` begin
	select raise(abort, 'The audit trail is not deleted from.');
end;
--> statement-breakpoint
create trigger `audit_checkpoint_no_update` before update on `audit_checkpoint` begin
	select raise(abort, 'The audit trail is not changed.');
end;
--> statement-breakpoint
create trigger `audit_checkpoint_no_delete` before delete on `audit_checkpoint` begin
	select raise(abort, 'The audit trail is not deleted from.');
end;
--> statement-breakpoint
create trigger `audit_event_no_update` before update on `audit_event` begin
	select raise(abort, 'The audit trail is not changed.');
end;
--> statement-breakpoint
create trigger `audit_event_no_delete` before delete on `audit_event`
when not exists (select 1 from audit_checkpoint where chain = old.chain and sequence >= old.sequence)
begin
	select raise(abort, 'The audit trail is not deleted from.');
end;
--> statement-breakpoint
create trigger `audit_event_customer_no_update` before update on `audit_event_customer` begin
	select raise(abort, 'The audit trail is not changed.');
end;
--> statement-breakpoint
create trigger `audit_event_customer_no_delete` before delete on `audit_event_customer`
when not exists (select 1 from audit_checkpoint where chain = old.chain and sequence >= old.sequence)
begin
	select raise(abort, 'The audit trail is not deleted from.');
end;
--> statement-breakpoint
create trigger `audit_seal_no_update` before update on `audit_seal` begin
	select raise(abort, 'The audit trail is not changed.');
end;
--> statement-breakpoint
create trigger `audit_seal_no_delete` before delete on `audit_seal`
when not exists (select 1 from audit_checkpoint where chain = old.chain and seal_number >= old.number)
begin
	select raise(abort, 'The audit trail is not deleted from.');
end;
