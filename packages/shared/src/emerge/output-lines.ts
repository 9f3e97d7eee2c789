import { makeProblem } from './make-problem.ts';
import type { PretendLimits } from './pretend-limits.ts';
import type { PretendProblem } from './pretend-result.ts';

export interface OutputLines {
  lines: string[];
  /** The last line has no line end: the text may have been cut inside it. */
  lastLineOpen: boolean;
  /** `too-large`, where something had to be left out. */
  problems: PretendProblem[];
}

/** Terminal sequences: colours and cursor movements, window titles, two-character escapes. */
const ESCAPE_SEQUENCES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b\r\n]*(?:\u0007|\u001b\\)?|[@-Z\\^_])/g;

/**
 * Text of one stream → its lines, as emerge meant them: without colours, window titles and the spinner's backspaces,
 * whatever the line ends are.
 */
export function outputLines(text: string, limits: PretendLimits): OutputLines {
  const plain = stripTerminal(text.slice(0, limits.textLength));
  // One more than is kept: an empty one behind the last line end, or the proof that there are too many
  const lines = plain.split(/\r\n|\n|\r/, limits.lines + 1);
  const lastLineOpen = lines.at(-1) !== '';
  const tooMany = lines.length > limits.lines;
  if (!lastLineOpen || tooMany) lines.pop();
  const problems = [
    ...(text.length > limits.textLength ? [textTooLarge(text.length, limits.textLength)] : []),
    ...(tooMany ? [tooManyLines(limits.lines)] : []),
  ];
  if (!lines.some((line) => line.length > limits.lineLength)) return { lines, lastLineOpen, problems };
  const tooLong = lines.filter((line) => line.length > limits.lineLength);
  problems.push(lineTooLarge(tooLong, limits.lineLength));
  return { lines: lines.filter((line) => line.length <= limits.lineLength), lastLineOpen, problems };
}

function stripTerminal(text: string): string {
  const plain = text.includes('\u001b') ? text.replace(ESCAPE_SEQUENCES, '') : text;
  return plain.includes('\b') ? plain.replaceAll('\b', '') : plain;
}

function textTooLarge(length: number, limit: number): PretendProblem {
  return makeProblem({
    code: 'too-large',
    message: `The output has ${length} characters, more than the ${limit} that are read; the rest is left out.`,
  });
}

function tooManyLines(limit: number): PretendProblem {
  return makeProblem({ code: 'too-large', message: `The output has more than ${limit} lines; the rest is left out.` });
}

function lineTooLarge(lines: readonly string[], limit: number): PretendProblem {
  return makeProblem({
    code: 'too-large',
    message: `${lines.length} line(s) of the output have more than ${limit} characters and are left out.`,
    lines: lines.map((line) => line.slice(0, 120)),
  });
}
