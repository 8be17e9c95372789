/** The path of a database whose URL is `file:data/gateway.db`, `file:///var/lib/gateway.db` or a path. */
export function sqlitePath(url: string): string {
  if (url.startsWith('file://')) return decodeURIComponent(new URL(url).pathname);
  return url.replace(/^file:/, '');
}

/** The size to which the write-ahead log is truncated once its contents are in the database. */
export const maxIdleLogBytes = 64 * 2 ** 20;
