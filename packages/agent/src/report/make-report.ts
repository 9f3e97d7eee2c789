/**
 * STEP report: what a look found, as the message for the coordinator.
 * In: a Look, its parsed list, and the counters. Out: a Report that fits the protocol. Pure; called by agent.ts and `report --dry-run`.
 */
import { isWholeList, type MergeEntry, type PretendProblem, type PretendResult } from '@binhost/shared/emerge';
import { PORTAGE_GRAMMAR } from '@binhost/shared/portage';
import type { MergeEntryOnWire, Report } from '@binhost/shared/protocol';
import type { Look } from '../collect/collect.ts';
import { explainLook } from '../collect/explain-look.ts';
import { makeInventory } from '../collect/inventory.ts';
import { type Situation, type SituationCode, situationSentence } from '../situations.ts';

/** The digest of an empty inventory: what counts where none could be read yet. */
export const EMPTY_INVENTORY_DIGEST = makeInventory([]).digest;

export interface ReportContext {
  epoch: string;
  number: number;
  /** Newest event that was stored when the look began. */
  lastEvent: number;
  /** Digest of the inventory that counts: the look's own, else the last one read. */
  inventoryDigest: string;
}

/** Bounds of the protocol. */
const MAX_ENTRIES = 20_000;
const MAX_PROBLEMS = 2000;

/** A look that never came to printing a list. */
export const NOTHING_PRINTED: PretendResult = {
  entries: [],
  problems: [],
  totals: { packages: null, parsed: 0, downloadKiB: null },
};

export function makeReport(look: Look, result: PretendResult, context: ReportContext): Report {
  const rows = rowsOf(result);
  const entries = rows.flatMap(entryOnWire);
  const situations = explainLook(look, result);
  const problems = [
    ...situationProblems(look, situations),
    ...result.problems,
    ...lostRowsProblems(rows.length, entries.length),
  ];
  return {
    type: 'report',
    ...context,
    lookedAtMs: look.lookedAtMs,
    tookMs: look.tookMs,
    outcome: outcomeOf(look, result, entries.length),
    exitCode: look.outcome?.kind === 'ended' ? look.outcome.exitCode : null,
    entries: entries.slice(0, MAX_ENTRIES),
    problems: problems.slice(0, MAX_PROBLEMS).map(problemOnWire),
    facts: look.facts,
  };
}

function outcomeOf(look: Look, result: PretendResult, entries: number): Report['outcome'] {
  const isWhole = look.outcome?.kind === 'ended' && isWholeList(result);
  if (!isWhole && entries === 0) return 'failed';
  const isAllSent = entries === rowsOf(result).length && entries <= MAX_ENTRIES;
  return isWhole && isAllSent ? 'complete' : 'incomplete';
}

/** Blockers are not rows to merge; they are among the problems. */
function rowsOf(result: PretendResult): MergeEntry[] {
  return result.entries.filter((entry) => entry.kind !== 'blocks');
}

/** The report with situations that came up after it was made. */
export function withSituations(report: Report, situations: readonly Situation[]): Report {
  const added = situations.map((situation) => ({
    code: 'not-emerge-output' as const,
    atom: null,
    message: situationSentence(situation),
    lines: [],
  }));
  return { ...report, problems: [...added.map(problemOnWire), ...report.problems].slice(0, MAX_PROBLEMS) };
}

const NAMED_BY_PARSER: SituationCode[] = ['binhost-unreachable', 'binhost-not-configured', 'look-incomplete'];

/** Situations among the problems, so that the coordinator shows them in the same words, but what the parser names itself. */
export function situationProblems(look: Look, situations: readonly Situation[]): PretendProblem[] {
  const wasCut = look.outcome !== undefined && look.outcome.kind !== 'missing' && look.outcome.kind !== 'ended';
  const code = wasCut ? 'truncated' : 'not-emerge-output';
  return situations
    .filter((one) => !NAMED_BY_PARSER.includes(one.code))
    .map((situation) => ({ code, atom: null, message: situationSentence(situation), lines: [] }));
}

function lostRowsProblems(parsed: number, kept: number): PretendProblem[] {
  const lost = parsed - Math.min(kept, MAX_ENTRIES);
  if (lost === 0) return [];
  const message = `${lost} row(s) of the list could not be sent: a name outside Portage's grammar, or more than ${MAX_ENTRIES} rows.`;
  return [{ code: 'truncated', atom: null, message, lines: [] }];
}

/** The coordinator refuses a whole report for one name outside the grammar, so such a row stays here, with a problem. */
function entryOnWire(entry: MergeEntry): MergeEntryOnWire[] {
  const { kind, cpv, slot, subslot, repository, use } = entry;
  const fits =
    kind !== 'blocks' &&
    cpv.length <= 255 &&
    PORTAGE_GRAMMAR.cpv.test(cpv) &&
    PORTAGE_GRAMMAR.slot.test(slot) &&
    PORTAGE_GRAMMAR.slot.test(subslot) &&
    (repository === null || PORTAGE_GRAMMAR.repository.test(repository)) &&
    [...use.enabled, ...use.disabled].every((flag) => PORTAGE_GRAMMAR.useFlag.test(flag));
  return fits ? [{ ...entry, kind, installed: entry.installed.slice(0, 50) }] : [];
}

function problemOnWire(problem: PretendProblem): Report['problems'][number] {
  return {
    code: problem.code,
    atom: problem.atom === null ? null : plainText(problem.atom, 500),
    message: plainText(problem.message, 2000),
    lines: problem.lines.slice(0, 20).map((line) => plainText(line, 2000)),
  };
}

/** The protocol takes no control characters but line end and tab. */
function plainText(text: string, max: number): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, ' ').slice(0, max);
}
