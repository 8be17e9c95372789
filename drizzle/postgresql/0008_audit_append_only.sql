-- The audit trail only grows. What a checkpoint covers may be pruned; checkpoints are signed, so a false one is found.
create function audit_refuse_change() returns trigger language plpgsql as $$
begin
	raise exception 'The audit trail is not changed.' using errcode = 'insufficient_privilege';
end
$$;
--> statement-breakpoint
create function audit_refuse_deletion() returns trigger language plpgsql as $$
begin
	if not exists (select 1 from audit_checkpoint where chain = old.chain and sequence >= old.sequence) then
		raise exception 'The audit trail is not deleted from.' using errcode = 'insufficient_privilege';
	end if;
	return old;
end
$$;
--> statement-breakpoint
create function audit_refuse_seal_deletion() returns trigger language plpgsql as $$
begin
	if not exists (select 1 from audit_checkpoint where chain = old.chain and seal_number >= old.number) then
		raise exception 'The audit trail is not deleted from.' using errcode = 'insufficient_privilege';
	end if;
	return old;
end
$$;
--> statement-breakpoint
create trigger audit_chain_no_change before update or delete or truncate on audit_chain for each statement execute function audit_refuse_change();
--> statement-breakpoint
create trigger audit_checkpoint_no_change before update or delete or truncate on audit_checkpoint for each statement execute function audit_refuse_change();
--> statement-breakpoint
create trigger audit_event_no_change before update or truncate on audit_event for each statement execute function audit_refuse_change();
--> statement-breakpoint
create trigger audit_event_no_delete before delete on audit_event for each row execute function audit_refuse_deletion();
--> statement-breakpoint
create trigger audit_event_customer_no_change before update or truncate on audit_event_customer for each statement execute function audit_refuse_change();
--> statement-breakpoint
create trigger audit_event_customer_no_delete before delete on audit_event_customer for each row execute function audit_refuse_deletion();
--> statement-breakpoint
create trigger audit_seal_no_change before update or truncate on audit_seal for each statement execute function audit_refuse_change();
--> statement-breakpoint
create trigger audit_seal_no_delete before delete on audit_seal for each row execute function audit_refuse_seal_deletion();
