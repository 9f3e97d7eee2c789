import { makeProblem } from '../make-problem.ts';
import { beginsMessage, linesUntil, type Note, type NoteReader } from './note-reader.ts';

const NO_EBUILD = /^emerge: there are no (ebuilds|binary packages) to satisfy "([^"]+)"/;
const NO_USE = /^emerge: there are no ebuilds built with USE flags to satisfy "([^"]+)"/;
const UNMET_REQUIREMENTS = /^!!! The ebuild selected to satisfy "([^"]+)".* has unmet requirements\.$/;
const WORLD_MISSING = /^!!! Ebuilds for the following packages are either all$/;
/** What follows such a message: suggestions and who asked for it. */
const ASIDE = /^(?:$|emerge: searching |emerge: Maybe |\(dependency required by )/;

/** Messages about dependencies and members of world that nothing in the trees satisfies. */
export const readMissingNote: NoteReader = (lines, at) => {
  const head = lines[at] ?? '';
  const [, kind, missing] = NO_EBUILD.exec(head) ?? [];
  if (missing !== undefined) return readNoEbuild(lines, at, { atom: missing, binary: kind !== 'ebuilds' });
  const flagged = NO_USE.exec(head)?.[1];
  if (flagged !== undefined) return readNoUse(lines, at, flagged);
  const unmet = UNMET_REQUIREMENTS.exec(head)?.[1];
  if (unmet !== undefined) return readUnmetRequirements(lines, at, unmet);
  return WORLD_MISSING.test(head) ? readWorldMissing(lines, at) : undefined;
};

function readNoEbuild(lines: readonly string[], at: number, missing: { atom: string; binary: boolean }): Note {
  const block = linesUntil(lines, at, (line) => !ASIDE.test(line));
  const problem = makeProblem({
    code: missing.binary ? 'missing-binary' : 'missing-ebuild',
    atom: missing.atom,
    message: `There is no ${missing.binary ? 'binary package' : 'ebuild'} for ${missing.atom}${askedBy(block)}.`,
    lines: block.filter((line) => line !== ''),
  });
  return { problems: [problem], next: at + block.length };
}

/** `- dev-libs/foo-1::repo (Change USE: +static)`, or `(Missing IUSE: static)`: only another version could help. */
function readNoUse(lines: readonly string[], at: number, atom: string): Note {
  const block = linesUntil(lines, at, (line) => line !== '' && !/^(?:!!! One of |- |\(dependency )/.test(line));
  const change = block.map((line) => /^- .*\((.*)\)$/.exec(line)?.[1]).find((found) => found !== undefined);
  const problem = makeProblem({
    code: 'needs-use-change',
    atom,
    message: `No ebuild has the USE flags that ${atom} asks for (${change ?? 'no change offered'})${askedBy(block)}.`,
    lines: block.filter((line) => line !== ''),
  });
  return { problems: [problem], next: at + block.length };
}

function readUnmetRequirements(lines: readonly string[], at: number, atom: string): Note {
  const block = linesUntil(lines, at, beginsMessage);
  const constraint = block[block.findIndex((line) => line.includes('REQUIRED_USE flag constraints')) + 1];
  const problem = makeProblem({
    code: 'needs-use-change',
    atom,
    message: `The USE flags set for ${atom} break its REQUIRED_USE${constraint ? `: ${constraint.trim()}` : ''}.`,
    lines: block.filter((line) => line !== ''),
  });
  return { problems: [problem], next: at + block.length };
}

/** Two lines of `!!!`, then the atoms in one line. */
function readWorldMissing(lines: readonly string[], at: number): Note {
  const block = lines.slice(at, at + 3);
  const atoms = (block[2] ?? '').split(' ').filter((atom) => atom !== '');
  const problems = atoms.map((atom) =>
    makeProblem({
      code: 'missing-ebuild',
      atom,
      message: `Nothing can be merged for ${atom} of the world set: all of it is masked, missing, or needs something that is.`,
      lines: [...block.slice(0, 2), atom],
    }),
  );
  return { problems, next: at + block.length };
}

function askedBy(block: readonly string[]): string {
  const parent = block.map((line) => /^\(dependency required by "([^"]+)"/.exec(line)?.[1]).find((found) => found);
  return parent === undefined ? '' : `, required by ${parent}`;
}
