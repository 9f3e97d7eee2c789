import { makeProblem } from '../make-problem.ts';
import type { PretendProblem, ProblemCode } from '../pretend-result.ts';
import { beginsMessage, linesUntil, type Note, type NoteReader } from './note-reader.ts';

const ALL_MASKED = /^!!! All ebuilds that could satisfy "([^"]+)".* have been masked\.$/;
const MASKED_UPDATES = /^!!! The following updates are masked by LICENSE changes:$/;
const MASKED_INSTALLED = /^!!! The following installed packages are masked:$/;
/** `- app-misc/foo-1::repo (masked by: package.mask, ~amd64 keyword)` */
const CANDIDATE = /^- ([^\s:]+)(?:::\S+)? \(masked by: (.+)\)$/;

/** Messages about packages that may not be merged as the node is configured. */
export const readMaskedNote: NoteReader = (lines, at) => {
  const head = lines[at] ?? '';
  const wanted = ALL_MASKED.exec(head)?.[1];
  if (wanted !== undefined) return readAllMasked(lines, at, wanted);
  if (MASKED_UPDATES.test(head)) return readCandidates(lines, at, 'An update is masked');
  return MASKED_INSTALLED.test(head) ? readCandidates(lines, at, 'The installed package is masked') : undefined;
};

/** The first candidate is the highest version: what keeps that one away is what the person must decide about. */
function readAllMasked(lines: readonly string[], at: number, wanted: string): Note {
  const block = maskedBlock(lines, at);
  const reasons = block.map((line) => CANDIDATE.exec(line)?.[2]).find((found) => found !== undefined);
  const message = `Every package that could satisfy ${wanted} is masked (${reasons ?? 'no reason given'}).`;
  const problems = maskCodes(reasons ?? '').map((code) =>
    makeProblem({ code, atom: wanted, message, lines: block.filter((line) => line !== '') }),
  );
  return { problems, next: at + block.length };
}

function readCandidates(lines: readonly string[], at: number, what: string): Note {
  const block = maskedBlock(lines, at);
  const problems: PretendProblem[] = [];
  for (const line of block) {
    const [, cpv, reasons] = CANDIDATE.exec(line) ?? [];
    if (cpv === undefined || reasons === undefined) continue;
    const message = `${what}: ${cpv} (${reasons}).`;
    problems.push(...maskCodes(reasons).map((code) => makeProblem({ code, atom: cpv, message, lines: [line] })));
  }
  return { problems, next: at + block.length };
}

/** Comments of package.mask stand between the candidates, blank lines included; the hint at the manual ends it all. */
function maskedBlock(lines: readonly string[], at: number): string[] {
  return linesUntil(
    lines,
    at,
    (line) => beginsMessage(line) || line.startsWith('For more information, see the MASKED PACKAGES'),
  );
}

/** `package.mask, ~amd64 keyword` → one code for each kind of reason, in the order of the list. */
function maskCodes(reasons: string): ProblemCode[] {
  return [...new Set(reasons.split(', ').map(maskCode))];
}

function maskCode(reason: string): ProblemCode {
  if (reason.endsWith(' keyword')) return 'masked-by-keyword';
  if (reason.endsWith(' license(s)')) return 'masked-by-license';
  return reason === 'package.mask' ? 'masked-by-mask' : 'masked';
}
