import type { PretendProblem } from '@binhost/shared/emerge';
import type { Report } from '@binhost/shared/protocol';
import { formatDuration } from '@binhost/shared/time';
import type { LookView } from '../status/agent-status.ts';
import { table } from './print.ts';

/** A report for a terminal. Pure. */
export function reportText(report: Report, look: Omit<LookView, 'isAcknowledged'>): string {
  const { facts } = report;
  const head = table([
    ['outcome', `${report.outcome}, took ${formatDuration(report.tookMs)}`],
    ['list', `${look.ebuilds} to compile, ${look.binaries} as binaries`],
    [
      'portage',
      `${facts.portageVersion}, ${facts.chost || 'CHOST not known'}, profile ${facts.profile || 'not known'}`,
    ],
    [
      'repositories',
      facts.repositories.map(({ name, revision }) => (revision ? `${name} (${revision})` : name)).join(', '),
    ],
  ]);
  const rows = report.entries.map(({ kind, cpv, buildId, use }) => [
    kind,
    buildId === null ? cpv : `${cpv}-${buildId}`,
    use.enabled.join(' '),
  ]);
  return [head, rows.length > 0 ? `Rows\n${table(rows, '  ')}` : '', problemsText(report.problems)]
    .filter(Boolean)
    .join('\n');
}

/** @returns empty where there are none */
export function problemsText(problems: readonly Pick<PretendProblem, 'code' | 'message'>[]): string {
  if (problems.length === 0) return '';
  return `Problems\n${table(
    problems.map(({ code, message }) => [code, message]),
    '  ',
  )}`;
}
