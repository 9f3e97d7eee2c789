import type { PublishedVariant } from './published-variant.ts';
import type { ReportRow } from './report-row.ts';

/**
 * Which `[binary]` rows of a list are packages of ours: same version, build number, repository and flags. The list does not
 * name the binhost of a row; a proof by the node will tell for sure.
 */
export function matchOurs(
  rows: readonly ReportRow[],
  published: readonly PublishedVariant[],
): { ours: { row: ReportRow; published: PublishedVariant }[]; servedElsewhere: Set<string> } {
  const byName = new Map(published.map((variant) => [`${variant.cpv}-${variant.buildId}`, variant]));
  const ours: { row: ReportRow; published: PublishedVariant }[] = [];
  const servedElsewhere = new Set<string>();
  for (const row of rows) {
    const { kind, cpv, buildId, repository } = row.entry;
    if (kind !== 'binary') continue;
    const found = byName.get(`${cpv}-${buildId}`);
    const fits =
      found !== undefined &&
      (repository === null || repository === found.repository) &&
      sameWords(row.useEnabled, found.useEnabled);
    if (fits) ours.push({ row, published: found });
    else servedElsewhere.add(cpv);
  }
  return { ours, servedElsewhere };
}

function sameWords(some: readonly string[], others: readonly string[]): boolean {
  const words = new Set(some);
  return words.size === new Set(others).size && others.every((word) => words.has(word));
}
