import type { Report } from '@binhost/shared/protocol';
import { buildOnlyRows } from './build-only.ts';
import { exclusionOf } from './exclusions.ts';
import { obstacleOf } from './obstacles.ts';
import type { Judgement, ReportRow } from './report-row.ts';

export interface JudgeBy {
  /** `demand.exclude`. */
  excluded: readonly string[];
  report: Pick<Report, 'problems' | 'facts'>;
  /** Names of the binhost's repositories. */
  repositories: ReadonlySet<string>;
  /** Variants whose wish is refused: the node compiles those itself. */
  refused: ReadonlySet<string>;
}

/** What each `[ebuild]` row of a list comes to: policy first, then obstacles, then whether anybody needs it to run. */
export function judgeRows(rows: readonly ReportRow[], by: JudgeBy): { row: ReportRow; judgement: Judgement }[] {
  const { excluded, report, repositories, refused } = by;
  const alone = rows
    .filter((row) => row.entry.kind === 'ebuild')
    .map((row) => ({
      row,
      judgement:
        exclusionOf(row, excluded, report.facts.features) ??
        obstacleOf(row, report.problems, repositories) ??
        ({ event: 'build-wanted' } satisfies Judgement),
    }));
  const unserved = alone.filter(
    ({ row, judgement }) => judgement.event !== 'build-wanted' || refused.has(row.variantKey),
  );
  const buildOnly = buildOnlyRows(rows, new Set(unserved.map(({ row }) => row.position)));
  return alone.map(({ row, judgement }) => {
    const parent = buildOnly.get(row.position);
    return parent === undefined || judgement.event !== 'build-wanted'
      ? { row, judgement }
      : { row, judgement: only(parent) };
  });
}

function only(parent: string): Judgement {
  return {
    event: 'exclude',
    code: 'build-only',
    text: `the node would need it only to compile ${parent}, which comes as a binary`,
  };
}
