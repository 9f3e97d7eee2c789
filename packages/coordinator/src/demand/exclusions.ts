import {
  type DependencyNode,
  dependencyAtoms,
  parseCpv,
  parseDependencies,
  reduceDependencies,
} from '@binhost/shared/portage';
import type { Judgement, ReportRow } from './report-row.ts';

/**
 * The policy: rows that gain nothing by a binary, or whose binary may not or cannot travel.
 *
 * @param excluded `demand.exclude`: category/name or category/*
 * @param nodeFeatures FEATURES of the node
 * @returns undefined where no rule names the row
 */
export function exclusionOf(
  row: ReportRow,
  excluded: readonly string[],
  nodeFeatures: readonly string[],
): Judgement | undefined {
  const parts = parseCpv(row.entry.cpv);
  if (!parts) return exclude('no-package', 'the node printed no package name that can be read');
  const { category, name, version, cp } = parts;
  const rule = excluded.find((text) => text === cp || text === `${category}/*`);
  if (rule) return exclude('policy', `the coordinator's demand.exclude names ${rule}`);
  if (row.entry.repository === null) {
    return exclude('no-repository', "the node's Portage printed no repository; binaries can't be matched without it");
  }
  if (/^9999+$|\.9999+$/.test(version.replace(/-r\d+$/, '')) || hasWord(row, row.metadata?.properties, 'live')) {
    return exclude('live', 'a live ebuild: every build of it may be another program');
  }
  if (category === 'sys-kernel' && /-(?:sources|kernel)$|^linux-(?:next|image)/.test(name)) {
    return exclude('kernel', 'kernel sources are copied, not compiled, and a kernel belongs to its machine');
  }
  if (isKernelModule(row)) return exclude('kernel-module', "kernel modules are made for the node's own kernel");
  if (name.endsWith('-bin')) return exclude('already-binary', 'it is a binary already; nothing would be compiled');
  if (hasWord(row, row.metadata?.restrict, 'bindist')) {
    return exclude('bindist', 'its licence forbids passing binaries on (RESTRICT=bindist)');
  }
  if (nodeFeatures.includes('test') && row.entry.use.enabled.includes('test')) {
    return exclude('own-tests', 'the node wants to run its tests itself (FEATURES=test)');
  }
  return undefined;
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
