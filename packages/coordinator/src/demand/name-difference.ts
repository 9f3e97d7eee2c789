import { bindingText, matchesAtom, parseAtom, parseCpv } from '@binhost/shared/portage';
import type { NodeFacts, Report } from '@binhost/shared/protocol';
import { isAbout } from './obstacles.ts';
import type { PublishedVariant } from './published-variant.ts';
import type { ReportRow } from './report-row.ts';
import { treeAge } from './tree-age.ts';

export interface Difference {
  code: string;
  text: string;
}

/** What is known of a node that passes a package over. */
export interface PassedOver {
  problems: Report['problems'];
  facts: Pick<NodeFacts, 'acceptKeywords' | 'binhosts' | 'usepkgExclude' | 'repositories'>;
  /** The binhost's repositories, each with its revision. */
  repositories: ReadonlyMap<string, string | null>;
  /** Address of the pool's packages; null: the coordinator was not told it. */
  packagesUrl: string | null;
  /** Packages of ours that the same list takes. */
  taken: readonly PublishedVariant[];
}

/**
 * Why a node still wants to compile what is published for it, as well as it can be told: in Portage's own words where it said
 * why, else by what the node's options say, else by comparing the row with the package.
 */
export function nameDifference(row: ReportRow, published: PublishedVariant | undefined, node: PassedOver): Difference {
  const { entry } = row;
  const said = node.problems.find((problem) => problem.code === 'binary-ignored' && isAbout(problem, row));
  if (said) return inPortagesWords(said.message, row, node);
  if (!published) return { code: 'not-published', text: 'the package that was published for it is gone' };
  const excluded = node.facts.usepkgExclude.find((text) => names(text, entry.cpv));
  if (excluded !== undefined) {
    const text = `the node's EMERGE_DEFAULT_OPTS hold --usepkg-exclude ${excluded}: it wants to compile this itself`;
    return { code: 'excluded-on-node', text };
  }
  return compare(row, published) ?? visibility(row, published, node) ?? unexplained(published, node);
}

function inPortagesWords(message: string, { entry }: ReportRow, { facts, repositories }: PassedOver): Difference {
  const isSkew = /dependenc/i.test(message);
  const repository = entry.repository ?? '';
  const age = isSkew ? `; ${treeAge(repository, facts, repositories.get(repository))}` : '';
  return { code: 'binary-ignored', text: `${message}${age}` };
}

function compare(row: ReportRow, published: PublishedVariant): Difference | undefined {
  const { entry } = row;
  if (entry.cpv !== published.cpv) {
    return { code: 'cpv', text: `the published binary is ${published.cpv}, the node wants ${entry.cpv}` };
  }
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
  return undefined;
}

/** A binary carries the KEYWORDS of the binhost's ebuild; the node's own may have been made stable since. */
function visibility(
  { entry, metadata }: ReportRow,
  { cpv, buildId }: PublishedVariant,
  { facts, repositories }: PassedOver,
): Difference | undefined {
  const keywords = metadata?.keywords.split(/\s+/).filter(Boolean) ?? [];
  const accepted = facts.acceptKeywords;
  const isOpen = accepted.some((word) => ['*', '~*', '**'].includes(word)) || keywords.some((word) => word === '*');
  // a mark in the list says that the node accepts more for this package than it does in general
  if (keywords.length === 0 || accepted.length === 0 || isOpen || entry.mask !== null) return undefined;
  if (keywords.some((word) => accepted.includes(word) || accepted.includes(`~${word}`))) return undefined;
  const repository = entry.repository ?? '';
  const age = treeAge(repository, facts, repositories.get(repository));
  const text = `${cpv}-${buildId} has the KEYWORDS "${keywords.join(' ')}" of the binhost's ebuild, none of which the node accepts; ${age}`;
  return { code: 'visibility', text };
}

function unexplained(published: PublishedVariant, { facts, packagesUrl, taken }: PassedOver): Difference {
  const { cpv, buildId } = published;
  if (packagesUrl !== null && facts.binhosts.length > 0 && !facts.binhosts.some((uri) => isSame(uri, packagesUrl))) {
    const text = `none of the node's binhosts (${facts.binhosts.join(', ')}) is ${packagesUrl}: set sync-uri in /etc/portage/binrepos.conf`;
    return { code: 'other-binhost', text };
  }
  const hasIndex = taken.some((other) => other.id >= published.id);
  const cause = hasIndex
    ? 'its index is new enough: look there for package.mask, or an ebuild with other dependencies'
    : 'its index may be from before it was published, or from another sync-uri; else look there for package.mask, or an ebuild with other dependencies';
  return { code: 'passed-over', text: `the node's Portage passes ${cpv}-${buildId} over without a word; ${cause}` };
}

/** Whether an atom of --usepkg-exclude, maybe with wildcards, names the package. */
function names(text: string, cpv: string): boolean {
  const atom = parseAtom(text);
  if (atom)
    return matchesAtom({ ...atom, slot: null, subslot: null, repository: null }, { cpv, slot: '0', subslot: '0' });
  const cp = parseCpv(cpv)?.cp ?? '';
  const parts = text.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return text.includes('*') && new RegExp(`^${parts.join('.*')}$`).test(cp);
}

function isSame(some: string, other: string): boolean {
  return some.replace(/\/+$/, '') === other.replace(/\/+$/, '');
}

/** `node: dbus, binary: static`; undefined where both hold the same. */
function setDifference(onNode: readonly string[], inPackage: readonly string[]): string | undefined {
  const added = onNode.filter((word) => !inPackage.includes(word)).map((word) => `node: ${word}`);
  const missing = inPackage.filter((word) => !onNode.includes(word)).map((word) => `binary: ${word}`);
  const differences = [...added, ...missing];
  return differences.length === 0 ? undefined : differences.join(', ');
}
