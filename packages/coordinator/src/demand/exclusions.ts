import {
  type Cpv,
  type DependencyNode,
  dependencyAtoms,
  parseCpv,
  parseDependencies,
  reduceDependencies,
} from '@binhost/shared/portage';
import type { NodeFacts } from '@binhost/shared/protocol';
import type { DefaultExclusion } from '../config/coordinator-config.ts';
import { localChange } from './local-changes.ts';
import type { Judgement, ReportRow } from './report-row.ts';

export interface ExclusionRules {
  /** `demand.exclude`: category/name or category/*. */
  excluded: readonly string[];
  /** `demand.allow`: default exclusions that don't hold here. */
  allowed: readonly DefaultExclusion[];
  facts: Pick<NodeFacts, 'features' | 'localChanges' | 'shadowed'>;
  /** The binhost's repositories. */
  repositories: { has(name: string): boolean };
}

/**
 * The policy: rows that gain nothing by a binary, or whose binary may not or cannot travel.
 *
 * @returns undefined where no rule names the row
 */
export function exclusionOf(row: ReportRow, rules: ExclusionRules): Judgement | undefined {
  const parts = parseCpv(row.entry.cpv);
  if (!parts) return exclude('no-package', 'the node printed no package name that can be read');
  const { category, cp } = parts;
  const rule = rules.excluded.find((text) => text === cp || text === `${category}/*`);
  if (rule) return exclude('policy', `the coordinator's demand.exclude names ${rule}`);
  if (row.entry.repository === null) {
    return exclude('no-repository', "the node's Portage printed no repository; binaries can't be matched without it");
  }
  const found = defaultExclusions(row, parts, rules).find(([code]) => !rules.allowed.includes(code));
  return found && exclude(...found);
}

/** All rules that name the row, in the order in which they are told. */
function defaultExclusions(
  row: ReportRow,
  { category, name, version, cp }: Cpv,
  { facts, repositories }: ExclusionRules,
): [DefaultExclusion, string][] {
  const found: [DefaultExclusion, string][] = [];
  if (/^9999+$|\.9999+$/.test(version.replace(/-r\d+$/, '')) || hasWord(row, row.metadata?.properties, 'live')) {
    found.push(['live', 'a live ebuild: every build of it may be another program']);
  }
  if (category === 'sys-kernel' && /-(?:sources|kernel)$|^linux-(?:next|image)/.test(name)) {
    found.push(['kernel', 'kernel sources are copied, not compiled, and a kernel belongs to its machine']);
  }
  if (isKernelModule(row)) found.push(['kernel-module', "kernel modules are made for the node's own kernel"]);
  if (name.endsWith('-bin')) found.push(['already-binary', 'it is a binary already; nothing would be compiled']);
  if (hasWord(row, row.metadata?.restrict, 'bindist')) {
    found.push(['bindist', 'its licence forbids passing binaries on (RESTRICT=bindist)']);
  }
  if (facts.features.includes('test') && row.entry.use.enabled.includes('test')) {
    found.push(['own-tests', 'the node wants to run its tests itself (FEATURES=test)']);
  }
  const change = localChange({ cp, repository: row.entry.repository ?? '' }, facts, repositories);
  if (change) found.push(['local-changes', `${change}; a binary would replace that without a word`]);
  return found;
}

function exclude(code: string, text: string): Judgement {
  return { event: 'exclude', code, text };
}

/** Since linux-mod.eclass puts the kernel's sources into DEPEND of all modules. */
function isKernelModule(row: ReportRow): boolean {
  const tree = row.metadata && parseDependencies(row.metadata.depend);
  if (!tree) return false;
  return dependencyAtoms(reduceDependencies(tree, row.useInForce)).some((atom) => atom.cp === 'virtual/linux-sources');
}

/** Whether a word of RESTRICT or PROPERTIES is in force; both may hold USE conditionals. */
export function hasWord(row: ReportRow, text: string | undefined, word: string): boolean {
  if (!text?.includes(word)) return false;
  // words have no category: they are given one to read the conditionals with the reader of dependencies
  const tree = parseDependencies(text.replace(/(^|\s)([a-z][a-z-]*)(?=\s|$)/g, '$1word/$2'));
  const inForce: DependencyNode | undefined = tree && reduceDependencies(tree, row.useInForce);
  return inForce ? dependencyAtoms(inForce).some((atom) => atom.cp === `word/${word}`) : true;
}
