import type { WishExplanation } from '../status/explain-wish.ts';
import { table } from './print.ts';

/** For a terminal: the wish first, then what stands behind it. Pure. */
export function whyText(why: WishExplanation): string {
  const parts = [
    why.summary === '' ? '' : `${why.summary}\n`,
    ...why.wishes.map(wishText),
    section(
      'Last look',
      why.rows.map(({ kind, cpv, buildId, use }) => [
        kind,
        buildId === null ? cpv : `${cpv}-${buildId}`,
        use.enabled.join(' '),
      ]),
    ),
    section(
      'What Portage said',
      why.problems.map(({ code, message }) => [code, oneLine(message)]),
    ),
    section(
      'Proof',
      why.proofs.map(({ cpv, buildId, outcome, reason }) => [`${cpv}-${buildId}`, outcome, oneLine(reason)]),
    ),
    section(
      'In the way of all packages',
      why.situations.map(({ title, detail, whatToDo }) => [title, oneLine(`${detail} ${whatToDo}`)]),
    ),
  ];
  return parts.filter(Boolean).join('\n');
}

function wishText(wish: WishExplanation['wishes'][number]): string {
  const rows = [
    ['package', wish.buildId === null ? wish.cpv : `${wish.cpv}-${wish.buildId}`],
    ['state', wish.state],
    ['build', wish.buildState ?? 'none'],
    ['USE', wish.useEnabled.join(' ')],
    ['bindings', wish.bindings.join(' ')],
    ['reason', oneLine([wish.reasonCode, wish.reason].filter(Boolean).join(': '))],
    ['to do', wish.whatToDo],
  ];
  return table(rows.filter(([, text]) => text !== ''));
}

function section(title: string, rows: string[][]): string {
  return rows.length === 0 ? '' : `${title}\n${table(rows, '  ')}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
