import { isPackageName } from '../portage/cpv.ts';
import { parseDownloadSize } from './download-size.ts';
import type { MergeEntry, MergeKind } from './pretend-result.ts';
import { parseRowMarks, type RowMarks } from './row-marks.ts';
import { parseRowPackage } from './row-package.ts';
import { parseUseGroup } from './use-flags.ts';

export interface PackageLine {
  entry: MergeEntry;
  /** Depth in a `--tree` list; 0 otherwise. */
  depth: number;
  /** `--columns`: name and version stood apart. */
  columns: boolean;
  /** `to /mnt/target/`: where it would be merged, unless the host itself. */
  root: string | null;
}

const ROW = /^\[(ebuild|binary|nomerge|uninstall) ([^\]]*)\] ( *)(\S+)(.*)$/;

/**
 * One row of the merge list but `[blocks …]`.
 *
 * @returns undefined where any part of the line is not understood, so that nothing of it gets lost unsaid
 */
export function parsePackageLine(line: string): PackageLine | undefined {
  const match = ROW.exec(line);
  if (!match) return undefined;
  const [, kindText, marksText = '', indent = '', packageText = '', restText = ''] = match;
  const kind = kindText as MergeKind;
  const marks = parseMarks(kind, marksText);
  const rest = parseRest(restText);
  const named = rest && parseNamed(packageText, kind, rest.brackets);
  const use = rest && sortFlags(rest.groups);
  if (!marks || !rest || !named || !use) return undefined;
  const { columns, installed, ...identity } = named;
  const { change, ...otherMarks } = marks;
  const entry = { kind, ...identity, change, use, installed, downloadKiB: rest.downloadKiB, ...otherMarks };
  return { entry, depth: indent.length, columns, root: rest.root };
}

function parseMarks(kind: MergeKind, text: string): RowMarks | undefined {
  if (kind === 'ebuild' || kind === 'binary') return parseRowMarks(text);
  return text.trim() === '' ? { change: null, mask: null, fetchRestricted: null, interactive: false } : undefined;
}

/** `cat/pkg-1:2::repo [0.9]`, or in columns `cat/pkg   [1:2::repo]   [0.9]`. */
function parseNamed(text: string, kind: MergeKind, brackets: readonly string[]) {
  const slash = text.indexOf('/');
  const columns = slash > 0 && isPackageName(text.slice(slash + 1)) && brackets.length > 0;
  const packageText = columns ? `${text}-${brackets[0]}` : text;
  const installed = columns ? brackets.slice(1) : brackets;
  const parsed = parseRowPackage(packageText, kind);
  const versions = installedVersions(installed[0] ?? '');
  if (!parsed || installed.length > 1 || !versions.every((version) => VERSION.test(version))) return undefined;
  return { ...parsed, columns, installed: versions };
}

/** Loose: what is installed may be older than the rules for versions. */
const VERSION = /^[\w.+-]+$/;

/** `1.0:0/1::repo, 2.0` → 1.0, 2.0 */
function installedVersions(text: string): string[] {
  return text
    .split(',')
    .map((version) => version.trim().replace(/:.*$/, ''))
    .filter((version) => version !== '');
}

interface RowRest {
  /** `[…]` before the flags: installed versions, and with --columns the row's own version first. */
  brackets: string[];
  root: string | null;
  groups: { variable: string; text: string }[];
  downloadKiB: number | null;
}

const PIECE =
  / +(?:\[([^\]]*)\]|to (\/\S*)|(\w+)="([^"]*)"|(\d[\d.,'’\u00a0\u202f]*(?: \d{3})*) ?([KkMG]i?B|B)(?= |$)|$)/y;
/** Behind the size: the number of a repository (`--quiet-repo-display`, 2007), or a remark instead of the size. */
const REMARK = /^(?:(?:\d+|\?)?(?:=>(?:\d+|\?))?|empty\/missing\/bad digest)$/;

function parseRest(text: string): RowRest | undefined {
  const rest: RowRest = { brackets: [], root: null, groups: [], downloadKiB: null };
  PIECE.lastIndex = 0;
  let at = 0;
  while (at < text.length) {
    const match = PIECE.exec(text);
    if (!match || !addPiece(rest, match)) return undefined;
    at = PIECE.lastIndex;
  }
  return rest;
}

function addPiece(rest: RowRest, match: RegExpExecArray): boolean {
  const [, bracket, root, variable, flags = '', number, unit = ''] = match;
  if (variable !== undefined) rest.groups.push({ variable, text: flags });
  else if (root !== undefined) rest.root = root;
  else if (number !== undefined) return addSize(rest, parseDownloadSize(number, unit));
  else if (bracket !== undefined) return addBracket(rest, bracket);
  return true;
}

function addSize(rest: RowRest, size: number | undefined): boolean {
  if (size === undefined || rest.downloadKiB !== null) return false;
  rest.downloadKiB = size;
  return true;
}

function addBracket(rest: RowRest, text: string): boolean {
  const behindFlags = rest.downloadKiB !== null || rest.groups.length > 0 || text.startsWith('empty/');
  if (behindFlags) return REMARK.test(text);
  rest.brackets.push(text);
  return true;
}

function sortFlags(groups: RowRest['groups']): MergeEntry['use'] | undefined {
  const enabled = new Set<string>();
  const disabled = new Set<string>();
  for (const group of groups) {
    const flags = parseUseGroup(group.variable, group.text);
    if (!flags) return undefined;
    for (const flag of flags) {
      if (flag.state === 'enabled') enabled.add(flag.name);
      if (flag.state === 'disabled') disabled.add(flag.name);
    }
  }
  return { enabled: [...enabled].sort(), disabled: [...disabled].sort() };
}
