import { bindingText } from '@binhost/shared/portage';
import type { Report } from '@binhost/shared/protocol';
import { isAbout } from './obstacles.ts';
import type { PublishedVariant } from './published-variant.ts';
import type { ReportRow } from './report-row.ts';

export interface Difference {
  code: string;
  text: string;
}

/**
 * Why a node still wants to compile what is published for it, as well as it can be told: in Portage's own words where it said
 * why, else by comparing the row with the package.
 */
export function nameDifference(
  row: ReportRow,
  published: PublishedVariant | undefined,
  problems: Report['problems'],
): Difference {
  const said = problems.find((problem) => problem.code === 'binary-ignored' && isAbout(problem, row));
  if (said) return { code: 'binary-ignored', text: said.message };
  if (!published) return { code: 'not-published', text: 'the package that was published for it is gone' };
  const { entry } = row;
  const use = setDifference(row.useEnabled, published.useEnabled);
  if (use) return { code: 'use', text: `the published binary has other USE flags (${use})` };
  // what only the build was bound to does not matter to a node that has no such package
  const names = new Set(row.bindings.map((binding) => binding.cp));
  const binary = published.bindings.filter((text) => names.has(text.slice(0, text.indexOf(':'))));
  const bound = setDifference(row.bindings.map(bindingText), binary);
  if (bound) return { code: 'bindings', text: `the published binary is bound to other sub-slots (${bound})` };
  if (entry.repository !== published.repository) {
    return {
      code: 'repository',
      text: `the published binary comes from repository ${published.repository}, the node wants ${entry.repository}`,
    };
  }
  return {
    code: 'passed-over',
    text: `the node's Portage passes ${published.cpv}-${published.buildId} over without a word; look there for --usepkg-exclude in EMERGE_DEFAULT_OPTS, another sync-uri, or an ebuild with other dependencies`,
  };
}

/** `node: dbus, binary: static`; undefined where both hold the same. */
function setDifference(onNode: readonly string[], inPackage: readonly string[]): string | undefined {
  const added = onNode.filter((word) => !inPackage.includes(word)).map((word) => `node: ${word}`);
  const missing = inPackage.filter((word) => !onNode.includes(word)).map((word) => `binary: ${word}`);
  const differences = [...added, ...missing];
  return differences.length === 0 ? undefined : differences.join(', ');
}
