import { makeProblem } from '../make-problem.ts';
import type { PretendProblem } from '../pretend-result.ts';
import { linesUntil, type Note, type NoteReader } from './note-reader.ts';

const NAME = '(?:\\[([^\\]]+)\\] )?';
const FETCH_ERROR = new RegExp(`^!!! ${NAME}Error fetching binhost package info from '([^']*)'$`);
const OLD_COPY = new RegExp(`^(?:!!! )?${NAME}Local copy of unavailable remote index will be used due to --pretend$`);
const BAD_INDEX = new RegExp(
  `^!!! ${NAME}(Binhost package index +(?:has no TIMESTAMP field|version is not supported.*))$`,
);
const NO_BINHOST = /^!!! binrepos\.conf is missing \(or PORTAGE_BINHOST is unset\), but use is requested\.$/;
const IGNORED = /^!!! The following binary packages have been ignored due to (non matching USE|changed dependencies):$/;

/** Messages about binhosts that could not be asked, and binaries that were passed over. */
export const readBinhostNote: NoteReader = (lines, at) => {
  const head = lines[at] ?? '';
  const reason = IGNORED.exec(head)?.[1];
  if (reason !== undefined) return readIgnored(lines, at, reason);
  return readUnreachable(lines, at, head);
};

function readUnreachable(lines: readonly string[], at: number, head: string): Note | undefined {
  const [, failedName, url] = FETCH_ERROR.exec(head) ?? [];
  if (url !== undefined) {
    // The next line carries the system's own words, behind the same name
    const cause = /^!!! (?:\[[^\]]+\] )?(?!Error fetching|\[)(\S.*)$/.exec(lines[at + 1] ?? '')?.[1];
    const where = `${failedName === undefined ? '' : `${failedName} at `}${url}`;
    const message = `The binhost ${where} could not be asked${cause === undefined ? '' : `: ${cause}`}.`;
    return unreachable(message, lines.slice(at, at + (cause === undefined ? 1 : 2)), at);
  }
  const oldCopy = OLD_COPY.exec(head);
  if (oldCopy) return unreachable(`An old copy of the index of ${oldCopy[1] ?? 'a binhost'} was used.`, [head], at);
  const [, badName, fault] = BAD_INDEX.exec(head) ?? [];
  if (fault !== undefined)
    return unreachable(`The index of ${badName ?? 'a binhost'} can't be used: ${fault}`, [head], at);
  return NO_BINHOST.test(head) ? unreachable('No binhost is configured on this host.', [head], at) : undefined;
}

function unreachable(message: string, lines: string[], at: number): Note {
  return { problems: [makeProblem({ code: 'binhost-unreachable', message, lines })], next: at + lines.length };
}

/** Then a blank line, and a line for each: `    =cat/pkg-1 -flag` or `     cat/pkg-1::repo`. */
function readIgnored(lines: readonly string[], at: number, reason: string): Note {
  const block = linesUntil(lines, at, (line) => line !== '' && !line.startsWith(' '));
  const problems = block.flatMap((line) => ignored(line, reason));
  return { problems, next: at + block.length };
}

function ignored(line: string, reason: string): PretendProblem[] {
  const [, atom, detail = ''] = /^ {4,5}(=?[^\s/]+\/[^\s:]+)(?:::\S+)?(?: +(.*))?$/.exec(line) ?? [];
  if (atom === undefined) return [];
  const why = reason === 'changed dependencies' ? 'its dependencies differ' : `its USE flags differ (${detail.trim()})`;
  const message = `A binary of ${atom.replace(/^=/, '')} was passed over: ${why}.`;
  return [makeProblem({ code: 'binary-ignored', atom, message, lines: [line] })];
}
