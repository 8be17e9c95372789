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
--> statement-breakpoint
-- `insert or replace` deletes what is in its way without the triggers above. What finds its row there already is refused; of
-- those that the gateway writes with `on conflict do nothing` nothing is inserted, as there.
create trigger `audit_chain_no_replacement` before insert on `audit_chain`
when exists (select 1 from audit_chain where number = new.number)
begin
	select raise(abort, 'The audit trail is not changed.');
end;
--> statement-breakpoint
create trigger `audit_checkpoint_no_replacement` before insert on `audit_checkpoint`
when exists (
	select 1 from audit_checkpoint
	where rowid = new.rowid or (chain = new.chain and sequence = new.sequence)
)
begin
	select raise(ignore);
end;
--> statement-breakpoint
create trigger `audit_event_no_replacement` before insert on `audit_event`
when exists (
	select 1 from audit_event
	where rowid = new.rowid or (chain = new.chain and sequence = new.sequence)
)
begin
	select raise(abort, 'The audit trail is not changed.');
end;
--> statement-breakpoint
create trigger `audit_event_customer_no_replacement` before insert on `audit_event_customer`
when exists (
	select 1 from audit_event_customer
	where rowid = new.rowid or (customer_id = new.customer_id and at = new.at and chain = new.chain and sequence = new.sequence)
)
begin
	select raise(abort, 'The audit trail is not changed.');
end;
--> statement-breakpoint
create trigger `audit_seal_no_replacement` before insert on `audit_seal`
when exists (
	select 1 from audit_seal
	where rowid = new.rowid or (chain = new.chain and number = new.number)
)
begin
	select raise(ignore);
end;
