import type { AuditView } from '../access/audit-store.ts';
import { type Paint, plain, table } from './print.ts';

/** The audit log, newest first. */
export function auditText(entries: AuditView[], paint: Paint): string {
  if (entries.length === 0) return 'Nothing was done yet.\n';
  const rows = entries.map(({ atMs, who, address, deed, about, result }) => [
    new Date(atMs).toISOString().slice(0, 19).replace('T', ' '),
    plain(who),
    plain(address),
    plain(deed),
    plain(about),
    result === 'done' ? result : paint.bad(plain(result)),
  ]);
  return table(['WHEN (UTC)', 'WHO', 'FROM', 'DEED', 'OF', 'RESULT'], rows, paint);
}
