import { buildOnlyRows } from './build-only.ts';
import { type ExclusionRules, exclusionOf } from './exclusions.ts';
import { type BothSides, obstacleOf } from './obstacles.ts';
import type { Judgement, ReportRow } from './report-row.ts';

export interface JudgeBy extends BothSides, Pick<ExclusionRules, 'excluded' | 'allowed'> {
  /** Positions of rows that world or an installed package wants for themselves. */
  roots: ReadonlySet<number>;
  /** Variants that the node compiles itself: their wish is refused, or their build failed. */
  unserved: ReadonlySet<string>;
  /** Why a policy never lets it be built for this node; undefined: none does. */
  denialOf(row: ReportRow): string | undefined;
}

/** What each `[ebuild]` row of a list comes to: exclusions first, then obstacles, what is denied, then whether anybody needs it to run. */
export function judgeRows(rows: readonly ReportRow[], by: JudgeBy): { row: ReportRow; judgement: Judgement }[] {
  const { facts } = by.report;
  const alone = rows
    .filter((row) => row.entry.kind === 'ebuild')
    .map((row) => ({
      row,
      judgement:
        exclusionOf(row, { ...by, facts }) ??
        obstacleOf(row, by) ??
        denied(by.denialOf(row)) ??
        ({ event: 'build-wanted' } satisfies Judgement),
    }));
  // with --with-bdeps=y the node wants them whether or not something is compiled
  if (facts.withBdeps) return alone;
  const buildOnly = buildOnlyRows(rows, { roots: by.roots, compiledAnyway: compiledAnyway(alone, by) });
  return alone.map(({ row, judgement }) => {
    const parent = buildOnly.get(row.position);
    return parent === undefined || judgement.event !== 'build-wanted'
      ? { row, judgement }
      : { row, judgement: only(parent) };
  });
}

/** Reason code of what a policy never lets be built. */
export const DENIED = 'denied';

function denied(reason: string | undefined): Judgement | undefined {
  return reason === undefined ? undefined : { event: 'obstacle', code: DENIED, text: reason };
}

/** A node that takes binaries only compiles nothing, served or not. */
function compiledAnyway(
  judged: readonly { row: ReportRow; judgement: Judgement }[],
  { report, unserved }: JudgeBy,
): ReadonlySet<number> {
  if (report.facts.binaryOnly) return new Set();
  const left = judged.filter(
    ({ row, judgement }) => judgement.event !== 'build-wanted' || unserved.has(row.variantKey),
  );
  return new Set(left.map(({ row }) => row.position));
}

function only(parent: string): Judgement {
  return {
    event: 'exclude',
    code: 'build-only',
    text: `the node would need it only to compile ${parent}, which comes as a binary`,
  };
}
