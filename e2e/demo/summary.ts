import type { Snapshot } from './snapshot.ts';
import { packageText } from './story.ts';

/** The table at the end: every node's wishes, as the node itself shows them, and what was built. @param failing fails on purpose */
export function summaryText(snapshot: Snapshot, failing: string): string {
  const rows = Object.entries(snapshot.agents).flatMap(([node, status]) =>
    (status?.wishes?.list ?? []).map((wish) => [
      node,
      packageText(wish),
      stateText(wish.state, wish.buildState),
      wish.reason ?? '',
    ]),
  );
  const published = snapshot.builds.filter(({ state }) => state === 'published').length;
  const failed = snapshot.builds.filter(({ state }) => state === 'failed').map(({ cpv }) => cpv);
  const ready = rows.filter((row) => row[2] === 'ready').length;
  const failures = failed.map((cpv) => (cpv === failing ? `${cpv} (on purpose)` : cpv)).join(', ');
  const total = `${ready} wishes are ready by ${published} builds. Builds that failed: ${failures || 'none'}.`;
  return `${tableText(['node', 'package', 'state', 'reason'], rows)}\n${total}\n`;
}

const stateText = (state: string, build: string | null): string =>
  state === 'waiting' && build === 'failed' ? 'build failed' : state;

function tableText(head: string[], rows: string[][]): string {
  const last = head.length - 1;
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const text = (row: string[]): string =>
    `  ${row.map((cell, i) => (i === last ? cell : cell.padEnd(widths[i] ?? 0))).join('   ')}`.trimEnd();
  const rule = widths.map((width, i) => '─'.repeat(i === last ? Math.max(width, 6) : width));
  return [head, rule, ...rows].map((row) => `${text(row)}\n`).join('');
}
