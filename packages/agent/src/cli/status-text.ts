import type { WishView } from '@binhost/shared/protocol';
import { formatDuration } from '@binhost/shared/time';
import type { SituationView } from '../situations.ts';
import type { AgentStatus } from '../status/agent-status.ts';
import { distance, table } from './print.ts';

/** The status for a terminal: the link, the last look, then every wish with its state and reason. Pure. */
export function statusText(status: AgentStatus): string {
  const head = table([
    ['node', `${status.node} (binhost-agent ${status.version}, started ${distance(status.startedAtMs, status.nowMs)})`],
    ...linkRows(status),
    ...keyRows(status),
    ...lookRows(status),
  ]);
  return [head, problems(status), wishes(status)].filter((part) => part !== '').join('\n');
}

function linkRows({ link, nowMs }: AgentStatus): string[][] {
  if (link.coordinator === '') return [['coordinator', 'none: set coordinator.url']];
  const rows = [
    ['coordinator', `${link.coordinator}: ${link.state} since ${distance(link.sinceMs, nowMs)}`.replace(' ago', '')],
  ];
  if (link.problem) rows.push(['', link.problem.message]);
  if (link.problem?.hint) rows.push(['', link.problem.hint]);
  if (link.pool !== null)
    rows.push(['pool', link.packagesUrl === null ? link.pool : `${link.pool}  ${link.packagesUrl}`]);
  return rows;
}

function keyRows({ signingKeys }: AgentStatus): string[][] {
  return (signingKeys ?? []).map(({ fingerprint, isTrusted }, index) => [
    index === 0 ? 'signed by' : '',
    `${fingerprint}${isTrusted ? '' : ', which this node does not trust'}`,
  ]);
}

function lookRows(status: AgentStatus): string[][] {
  const { lastLook, looking, nextLook, nowMs } = status;
  const rows: string[][] = [];
  if (lastLook) {
    const { tookMs, outcome, ebuilds, binaries, reason, number } = lastLook;
    rows.push([
      'last look',
      `${distance(lastLook.lookedAtMs, nowMs)}, took ${formatDuration(tookMs)}: ${outcome}, ${ebuilds} to compile, ${binaries} as binaries (${reason})`,
    ]);
    rows.push([
      'report',
      `number ${number}, ${lastLook.isAcknowledged ? 'the coordinator has it' : 'not acknowledged yet'}`,
    ]);
  } else rows.push(['last look', 'none since the start']);
  if (looking) rows.push(['looking', `for ${formatDuration(nowMs - looking.sinceMs)} (${looking.reason})`]);
  else rows.push(['next look', `${distance(nextLook.atMs, nowMs)} (${nextLook.reason})`]);
  return rows;
}

/** Shown in full by --json. */
const PROBLEMS_SHOWN = 10;

function problems({ lastLook, situations, hookProblems }: AgentStatus): string {
  const all = lastLook?.problems ?? [];
  const rows = all.slice(0, PROBLEMS_SHOWN).map(({ code, message }) => [code, message]);
  if (all.length > PROBLEMS_SHOWN) rows.push(['…', `${all.length - PROBLEMS_SHOWN} more, see --json`]);
  for (const text of hookProblems) rows.push(['hook', text]);
  const told = situations.map(situationText).join('');
  return `${told}${rows.length === 0 ? '' : `Problems\n${table(rows, '  ')}`}`;
}

/** Heading, what was seen, what it means, what to do: a line each. */
function situationText({ title, detail, text, whatToDo }: SituationView): string {
  return [`${title}\n`, ...[detail, text, whatToDo].filter(Boolean).map((line) => `  ${line}\n`)].join('');
}

function wishes({ wishes: known, proofs, nowMs }: AgentStatus): string {
  if (!known) return 'Wishes: not known yet, the coordinator has not said.\n';
  if (known.list.length === 0) return 'Wishes: none.\n';
  const reasons = new Map(proofs.map(({ cpv, buildId, reason }) => [`${cpv}-${buildId}`, reason]));
  const rows = known.list.flatMap((wish) =>
    wishRows(wish, { proofReason: reasons.get(`${wish.cpv}-${wish.buildId}`), nowMs }),
  );
  return `Wishes: ${counts(known.list)}\n${table(rows, '  ')}`;
}

function counts(list: readonly WishView[]): string {
  const byState = new Map<string, number>();
  for (const { state } of list) byState.set(state, (byState.get(state) ?? 0) + 1);
  return [...byState].map(([state, count]) => `${count} ${state}`).join(', ');
}

function wishRows(
  wish: WishView,
  { proofReason, nowMs }: { proofReason: string | undefined; nowMs: number },
): string[][] {
  const state = wish.buildState && wish.state === 'waiting' ? `${wish.state} (${wish.buildState})` : wish.state;
  const name = wish.buildId === null ? wish.cpv : `${wish.cpv}-${wish.buildId}`;
  const since = distance(wish.sinceMs, nowMs).replace(' ago', '');
  const reason = wish.reason ?? (wish.state === 'published' ? proofReason || null : null);
  return [[state, name, since, reason?.replace(/\s*\n\s*/g, ' ') ?? '']];
}
