import { earliestClosings } from '../../domain/onboarding/closing-date.ts';
import { storedRows } from '../existing-rows.ts';
import { customer } from '../obp/customer.ts';
import { type Checking, pagesOf } from './checking.ts';

interface StagedClosing {
  number: number;
  id: string;
  closedOn: string;
  dateOfBirth: string | null;
  incorporationDate: string | null;
  /** The latest date of evidence in the files. */
  latest: string | null;
}

const stagedClosings = `
  select c.number, c.customer_id as id, c.row ->> 'closedOn' as closedOn, c.row ->> 'dateOfBirth' as dateOfBirth,
    c.row ->> 'incorporationDate' as incorporationDate, (
      select max(substr(coalesce(e.row ->> 'date', e.row ->> 'issueDate'), 1, 10)) from staged e
      where e.entity in ('kycCheck', 'kycDocument', 'kycMedia', 'kycStatus') and e.without_id in (0, 1)
        and e.customer_id = c.customer_id) as latest
  from staged c where c.entity = 'customer' and c.row ->> 'closedOn' is not null`;

/** The rule of `closeCustomer` for closings in the files: evidence in the files or the database must not be later. */
export async function checkClosings(checking: Checking): Promise<void> {
  const { database, removeInvalid } = checking;
  for (const rows of pagesOf<StagedClosing>(checking, stagedClosings)) {
    const stored = new Map((await storedRows(database, customer.table, ['id'], rows)).map((row) => [row.id, row]));
    const earliest = await earliestClosings(database, rows);
    rows.forEach(({ number, id, closedOn, latest }, index) => {
      if (stored.get(id)?.closedOn === closedOn) return;
      const days = [earliest[index] ?? null, latest].filter((day) => day !== null);
      if (days.every((day) => day <= closedOn)) return;
      const reason = 'must not be before the birth or incorporation, or before the latest KYC evidence or status';
      removeInvalid(number, 'closed_on', reason);
    });
  }
}
