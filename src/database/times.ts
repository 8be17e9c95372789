import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { dialect } from './dialect.ts';

/** The first time after a calendar date in UTC, to compare it with columns of times. */
export function endOfDate(date: SQL | SQLWrapper): SQL {
  return dialect === 'sqlite'
    ? sql`((unixepoch(${date}) + 86400) * 1000)`
    : sql`((${date} + 1)::timestamp at time zone 'UTC')`;
}

/** The later one of two times that are not null. */
export function laterOf(first: SQL | SQLWrapper, second: SQL | SQLWrapper): SQL {
  return dialect === 'sqlite' ? sql`max(${first}, ${second})` : sql`greatest(${first}, ${second})`;
}

/** The calendar date of a time in UTC. */
export function dateOf(time: SQL | SQLWrapper): SQL {
  return dialect === 'sqlite' ? sql`date(${time} / 1000, 'unixepoch')` : sql`(${time} at time zone 'UTC')::date`;
}

/** The calendar date some days after a time in UTC. */
export function dateAfter(time: SQL | SQLWrapper, days: SQL): SQL {
  return dialect === 'sqlite'
    ? sql`date(${time} / 1000 + ${days} * 86400, 'unixepoch')`
    : sql`((${time} at time zone 'UTC')::date + ${days})`;
}
