import type { WorldOutcome } from './check-worlds.ts';
import type { Coverage } from './coverage.ts';

/** Prints a world's differences, with both readings; nothing where there are none and emerge did not break down. */
export function printOutcome({ seed, argv, run, differences }: WorldOutcome, withOutput: boolean): void {
  const { error } = run.record;
  if (error !== null) console.log(`\nseed ${seed}: emerge broke down itself: ${error.trim().split('\n').at(-1)}`);
  if (differences.length === 0) return;
  console.log(`\nseed ${seed}: emerge ${argv.join(' ')}`);
  for (const { where, portage, parser } of differences) {
    console.log(`  ${where}\n    Portage  ${JSON.stringify(portage)}\n    parser   ${JSON.stringify(parser)}`);
  }
  if (withOutput) console.log(`${run.stdout}\n--- stderr\n${run.stderr}`);
}

export function printCoverage({ situations, ...counts }: Coverage): void {
  console.log(`\n${counts.worlds} worlds, ${counts.lists} lists, ${counts.rows} rows, ${counts.flags} flags`);
  console.log(
    `${counts.withoutList} without a list, ${counts.refused} refused by emerge, ${counts.brokeDown} broke down`,
  );
  console.log(
    Object.entries(situations)
      .map(([situation, times]) => `${situation} ${times}`)
      .join(' · '),
  );
}
