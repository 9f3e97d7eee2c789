/**
 * What stands behind a look that gave no whole list, as situations with what to do. Pure. The signs are Portage's own words,
 * seen on the real one; the first that fits counts, since what follows it is most often a consequence.
 */
import { isWholeList, type PretendResult } from '@binhost/shared/emerge';
import type { ProgramOutcome } from '../programs/run-program.ts';
import type { Situation, SituationCode } from '../situations.ts';

export interface LookOutcome {
  /** undefined: emerge was not started. */
  outcome: ProgramOutcome | undefined;
  /** Why there is no whole list, in words; null: emerge ended by itself. */
  failure: string | null;
  /** What the program that failed printed; empty: nothing, or none failed. */
  said: string;
}

const SIGNS: [RegExp, SituationCode][] = [
  [/No space left on device|ENOSPC|Disk quota exceeded/, 'disk-full'],
  [/nonexistent directory|missing repo_name|Repository '[^']*' (?:is missing|not found)/, 'tree-broken'],
  [/[Ww]aiting for lock|[Uu]nable to (?:acquire|obtain) .*lock|Resource temporarily unavailable/, 'portage-locked'],
  [/profile is invalid|[Uu]nable to parse profile/, 'profile-broken'],
  [/^"[^"]+", line \d+:|Parse error in|ParseError|No closing quotation|a quote that is not closed/m, 'config-broken'],
  [/Permission denied|Operation not permitted|[Rr]oot access|superuser access/, 'not-permitted'],
  [/^Traceback \(most recent call last\)|No module named/m, 'portage-crashed'],
];

/** @param result what was parsed of the list; an empty one where emerge was not started */
export function explainLook(look: LookOutcome, result: PretendResult): Situation[] {
  const unreachable = result.problems.find(({ code }) => code === 'binhost-unreachable');
  if (look.failure !== null) return [{ code: failureCode(look), detail: look.failure }];
  if (look.outcome?.kind === 'ended' && isWholeList(result)) return [];
  const sign = firstSign(look.said);
  if (sign && result.entries.length === 0) return [sign];
  if (unreachable) return [{ code: unreachableCode(unreachable.lines), detail: unreachable.message }];
  const code = result.entries.length === 0 ? 'emerge-failed' : 'look-incomplete';
  return [{ code, detail: result.problems[0]?.message ?? '' }];
}

/** What an ended program's text shows; for the edges that run others than emerge. */
export function firstSign(text: string): Situation | undefined {
  for (const [sign, code] of SIGNS) {
    const line = text.split('\n').find((one) => sign.test(one));
    if (line !== undefined) return { code, detail: `Portage says: ${line.replace(/^[\s!*]+/, '').slice(0, 300)}` };
  }
  return undefined;
}

/** Portage takes no entry in binrepos.conf as one that does not answer; only the owner can end that. */
function unreachableCode(lines: readonly string[]): SituationCode {
  return lines.some((line) => line.includes('binrepos.conf is missing'))
    ? 'binhost-not-configured'
    : 'binhost-unreachable';
}

const BY_OUTCOME: Record<ProgramOutcome['kind'], SituationCode> = {
  ended: 'emerge-failed',
  'timed-out': 'emerge-hung',
  'too-much-output': 'emerge-flooded',
  signalled: 'emerge-killed',
  stopped: 'look-incomplete',
  missing: 'emerge-missing',
};

function failureCode({ outcome, failure, said }: LookOutcome): SituationCode {
  // A program that hangs is judged by what it printed before: it may say what it waits for.
  const sign = outcome?.kind === 'missing' || outcome?.kind === 'too-much-output' ? undefined : firstSign(said);
  if (sign) return sign.code;
  if (outcome) return BY_OUTCOME[outcome.kind];
  if (/package database/.test(failure ?? '')) return 'database-unreadable';
  return (
    firstSign(failure ?? '')?.code ?? (/could not be started/.test(failure ?? '') ? 'emerge-missing' : 'emerge-failed')
  );
}
