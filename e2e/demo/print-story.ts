import type { StoryLine } from './story.ts';

/** Prints the story: elapsed time, who, what. Colours only where somebody looks at a terminal that wants them. */
export interface Teller {
  say(line: StoryLine): void;
  /** Text as it stands, between blank lines. */
  show(text: string): void;
}

const CODES: Record<StoryLine['tone'] | 'dim', string> = {
  plain: '',
  good: '\u001b[32m',
  bad: '\u001b[33m',
  dim: '\u001b[2m',
};
const WIDTH_OF_WHO = 10;

export function makeTeller(
  output: NodeJS.WriteStream,
  env: Record<string, string | undefined>,
  startedMs: number,
): Teller {
  const inColour = output.isTTY === true && env['NO_COLOR'] === undefined;
  const paint = (code: string, text: string): string => (inColour && code !== '' ? `${code}${text}\u001b[0m` : text);
  return {
    say: ({ who, what, tone }) => {
      const elapsed = `${((performance.now() - startedMs) / 1000).toFixed(1).padStart(6)} s`;
      output.write(`${paint(CODES.dim, elapsed)}  ${who.padEnd(WIDTH_OF_WHO)} ${paint(CODES[tone], what)}\n`);
    },
    show: (text) => output.write(`\n${text}\n`),
  };
}
