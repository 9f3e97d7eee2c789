import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { forbiddenSkips } from './allowed-skips.ts';
import { add, nothing, type Section, type SectionContext } from './section.ts';
import { SECTIONS } from './sections.ts';

// The whole test command: every section in order, then the shares of time, the skips with their reasons, and one closing line.
//   npm test            npm run check            npm run test:long            … -- --only loop

const args = process.argv.slice(2);
const only = args.includes('--only') ? args[args.indexOf('--only') + 1] : undefined;
const sections = SECTIONS.filter((section) => only === undefined || section.name === only);
if (sections.length === 0) {
  console.error(`expected --only with one of ${SECTIONS.map((section) => section.name).join(', ')}, got '${only}'`);
  process.exit(2);
}
const context: SectionContext = {
  root: dirname(dirname(dirname(fileURLToPath(import.meta.url)))),
  long: args.includes('--long'),
  mayInstall: process.env.BINHOST_TEST_INSTALL === '1',
};

// the tests read it where they have a long form
if (context.long) process.env.BINHOST_TEST_LONG = '1';

let total = nothing;
const shares: string[] = [];
for (const section of sections) {
  const { result, minutes } = await timed(section);
  total = add(total, result);
  const over = minutes > section.budgetMinutes ? '  over its share' : '';
  shares.push(`  ${section.name.padEnd(12)} ${minutes.toFixed(2).padStart(6)} of ${section.budgetMinutes} min${over}`);
}
const forbidden = context.mayInstall ? forbiddenSkips(context.root, total.skips) : [];
const failed = total.failed + forbidden.length;

console.log(`\nshares of the time\n${shares.join('\n')}`);
for (const skip of total.skips) console.log(`skipped: ${skip.name}\n    ${skip.reason}`);
for (const skip of forbidden) console.log(`not allowed to skip here: ${skip.name} (see e2e/allowed-skips.json)`);
console.log(`\n${total.passed} passed, ${failed} failed, ${total.skips.length} skipped`);
process.exit(failed === 0 ? 0 : 1);

async function timed(section: Section) {
  console.log(`\n== ${section.name} ==`);
  const start = performance.now();
  const result = await section.run(context);
  return { result, minutes: (performance.now() - start) / 60_000 };
}
