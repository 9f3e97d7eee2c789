import { matchesAtom, parseAtom } from '@binhost/shared/portage';
import type { Report } from '@binhost/shared/protocol';
import type { Toolchain } from '../tree/toolchain.ts';
import { hasWord } from './exclusions.ts';
import { libcObstacle } from './libc-obstacle.ts';
import { bindingGone } from './lost-bindings.ts';
import type { Judgement, ReportRow } from './report-row.ts';
import { treeAge } from './tree-age.ts';

type Problem = Report['problems'][number];

/** What Portage proposes to change in the node's configuration, and the file that takes the line. */
const PROPOSALS: Partial<Record<Problem['code'], string>> = {
  'needs-use-change': '/etc/portage/package.use',
  'needs-keyword-change': '/etc/portage/package.accept_keywords',
  'needs-license-change': '/etc/portage/package.license',
  'needs-unmask': '/etc/portage/package.unmask',
};

/** What stands on both sides. */
export interface BothSides {
  report: Pick<Report, 'problems' | 'facts'>;
  /** The binhost's repositories, each with its revision; null: it has none. */
  repositories: ReadonlyMap<string, string | null>;
  /** What the pool builds with, and what the node will have. */
  toolchains: { pool: Toolchain; node: Toolchain };
  /** Versions (cpv) that a build root can't be given any more. */
  lost: ReadonlySet<string>;
}

/**
 * What keeps a row from being built here, or its binary from being taken there.
 *
 * @returns undefined where nothing does
 */
export function obstacleOf(row: ReportRow, sides: BothSides): Judgement | undefined {
  return (
    nodeConfig(row, sides.report.problems) ??
    notInTree(row, sides) ??
    fetchRestricted(row) ??
    treeSkew(row, sides) ??
    bindingGone(row.bindings, sides.lost) ??
    libcObstacle(row.entry.cpv, sides.toolchains.pool, sides.toolchains.node)
  );
}

/** A row that Portage lists only as a proposal stays `[ebuild]` whatever is published. */
function nodeConfig(row: ReportRow, problems: readonly Problem[]): Judgement | undefined {
  const problem = problems.find((found) => found.code in PROPOSALS && isAbout(found, row));
  if (!problem) return undefined;
  const file = PROPOSALS[problem.code] as string;
  const atom = problem.atom ?? '';
  const line = problem.lines.map((text) => text.trim()).find((text) => text.startsWith(atom)) ?? atom;
  return obstacle('node-config', `${problem.message}; on the node, add to ${file}: ${line}`);
}

/** Whether a problem names the row, by an atom or by the package itself. */
export function isAbout(problem: Problem, { entry }: Pick<ReportRow, 'entry'>): boolean {
  if (problem.atom === null) return false;
  const text = problem.atom.startsWith('=') ? problem.atom.slice(1) : problem.atom;
  // an atom, a bare version, or one with a build number behind it
  const atom = parseAtom(problem.atom) ?? parseAtom(`=${text}`) ?? parseAtom(`=${text.replace(/-\d+$/, '')}`);
  const { cpv, slot, subslot, repository } = entry;
  return atom !== undefined && matchesAtom(atom, { cpv, slot, subslot, repository });
}

function notInTree({ entry, metadata }: ReportRow, { report, repositories }: BothSides): Judgement | undefined {
  if (metadata) return undefined;
  const { cpv, repository } = entry;
  if (!repositories.has(repository ?? '')) {
    return obstacle(
      'not-in-tree',
      `the binhost has no repository '${repository}'; add it there to /etc/portage/repos.conf and sync it`,
    );
  }
  const age = treeAge(repository ?? '', report.facts, repositories.get(repository ?? ''));
  return obstacle('not-in-tree', `the binhost's repository '${repository}' has no usable ebuild of ${cpv}; ${age}`);
}

function fetchRestricted(row: ReportRow): Judgement | undefined {
  const { entry, metadata } = row;
  if (entry.fetchRestricted === null && !hasWord(row, metadata?.restrict, 'fetch')) return undefined;
  return obstacle('fetch-restricted', `a person must fetch the sources of ${entry.cpv} (RESTRICT=fetch)`);
}

/** Portage ignores a binary whose IUSE is not the one of the node's ebuild: such a build would be for nothing. */
function treeSkew({ entry, metadata }: ReportRow, { report, repositories }: BothSides): Judgement | undefined {
  if (!metadata) return undefined;
  const onNode = new Set([...entry.use.enabled, ...entry.use.disabled]);
  const here = new Set(metadata.iuse);
  const differences = [
    ...[...onNode].filter((flag) => !here.has(flag)).map((flag) => `only the node's has the flag ${flag}`),
    ...[...here].filter((flag) => !onNode.has(flag)).map((flag) => `only the binhost's has the flag ${flag}`),
  ];
  if (entry.slot !== metadata.slot || entry.subslot !== metadata.subslot) {
    const there = `${entry.slot}/${entry.subslot}`;
    differences.push(`slot ${there} on the node, ${metadata.slot}/${metadata.subslot} on the binhost`);
  }
  if (differences.length === 0) return undefined;
  const named = differences.slice(0, 5).join(', ');
  const repository = entry.repository ?? '';
  const age = treeAge(repository, report.facts, repositories.get(repository));
  return obstacle('tree-skew', `node and binhost have different ebuilds of ${entry.cpv} (${named}); ${age}`);
}

function obstacle(code: string, text: string): Judgement {
  return { event: 'obstacle', code, text };
}
