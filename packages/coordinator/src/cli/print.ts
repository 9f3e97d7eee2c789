import { styleText } from 'node:util';
import type { BuildState, WishState } from '@binhost/shared/protocol';
import { oneLine } from '@binhost/shared/terminal';
import { formatDuration } from '@binhost/shared/time';

/** How the commands' output looks. Pure: text in, text out; colour only where the terminal takes it. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  busy(text: string): string;
}

export function makePaint(isColoured: boolean): Paint {
  type Style = Parameters<typeof styleText>[0];
  const paint =
    (style: Style) =>
    (text: string): string =>
      isColoured && text !== '' ? styleText(style, text, { validateStream: false }) : text;
  return { bold: paint('bold'), dim: paint('dim'), good: paint('green'), bad: paint('red'), busy: paint('yellow') };
}

/** Rows under headings, columns as wide as their longest cell; two blanks between. Escape sequences take no room. */
export function table(headings: string[], rows: string[][], paint: Paint): string {
  const widths = headings.map((heading, column) =>
    Math.max(...[heading, ...rows.map((row) => row[column] ?? '')].map(visibleLength)),
  );
  const line = (cells: string[]): string =>
    cells
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - visibleLength(cell)))
      .join('  ')
      .trimEnd();
  return [line(headings.map((heading) => paint.bold(heading))), ...rows.map(line)].map((text) => `${text}\n`).join('');
}

/** Name and value under each other. */
export function facts(pairs: [string, string][]): string {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join('');
}

/** `3 waiting, 1 ready`; states with nothing are left out. */
export function counts(byState: Record<string, number>, ofNothing = 'none'): string {
  const parts = Object.entries(byState).filter(([, count]) => count > 0);
  return parts.map(([state, count]) => `${count} ${state}`).join(', ') || ofNothing;
}

/** `5m ago` */
export function ago(thenMs: number, nowMs: number): string {
  return `${formatDuration(Math.max(0, nowMs - thenMs))} ago`;
}

const GOOD: (WishState | BuildState)[] = ['published', 'ready'];
const BAD: (WishState | BuildState)[] = ['failed', 'refused', 'unbuildable', 'aborted'];
const BUSY: (WishState | BuildState)[] = ['leased', 'building', 'built', 'publishing', 'held', 'quarantined'];

export function stateText(state: WishState | BuildState, paint: Paint): string {
  if (GOOD.includes(state)) return paint.good(state);
  if (BAD.includes(state)) return paint.bad(state);
  return BUSY.includes(state) ? paint.busy(state) : state;
}

/** What tells two variants of one package apart; empty where nothing does. */
export function variantText(variant: { useEnabled: string[]; bindings: string[] }): string {
  const use = variant.useEnabled.length > 0 ? `USE="${variant.useEnabled.join(' ')}"` : '';
  return [use, ...variant.bindings].filter(Boolean).join(' ');
}

/** What a node or a package's log sent is shown without escape sequences of its own. */
export function plain(text: string): string {
  return oneLine(text);
}

function visibleLength(text: string): number {
  return text.replace(/\u001b\[[0-9;]*m/g, '').length;
}
