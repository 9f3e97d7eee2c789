import { parseArgs } from 'node:util';
import { checkWorlds } from './check-worlds.ts';
import { addCoverage, noCoverage } from './coverage.ts';
import { printCoverage, printOutcome } from './print-outcome.ts';
import { missingForPortage } from './run-portage.ts';

// Truth: does the parser read what the real Portage displayed? Random worlds; each is listed by emerge itself, which tells in
// the same run, as Python objects, what its rows mean. Comes in: PORTAGE_DIR, and
//   --count N     worlds (300)
//   --seed N      of the first world; printed, so that a run can be repeated (default: the time)
//   --minutes N   stop then, whatever is left
//   --show        print what emerge printed, for each world with a difference
// Ends with 0 where both agree, 1 with the differences, 2 where it can't run.

const DEFAULT_COUNT = 300;
const { values } = parseArgs({
  options: {
    count: { type: 'string' },
    seed: { type: 'string' },
    minutes: { type: 'string' },
    show: { type: 'boolean', default: false },
  },
});
const portageDirectory = process.env.PORTAGE_DIR ?? '';
const missing = missingForPortage(portageDirectory);
if (missing) stop(`the Truth check can't run here: it ${missing}`);
const seed = wholeNumber('seed', values.seed) ?? Math.floor(Date.now() / 1000);
const minutes = wholeNumber('minutes', values.minutes);
const count = wholeNumber('count', values.count) ?? (minutes === undefined ? DEFAULT_COUNT : Number.POSITIVE_INFINITY);

const start = performance.now();
const seconds = () => (performance.now() - start) / 1000;
const coverage = noCoverage();
let different = 0;
console.log(`seed ${seed}`);
await checkWorlds({
  portageDirectory,
  seed,
  goOn: (done) => done < count && (minutes === undefined || seconds() < minutes * 60),
  onOutcome: (outcome) => {
    addCoverage(coverage, outcome);
    printOutcome(outcome, values.show);
    if (outcome.differences.length > 0) different += 1;
  },
});
printCoverage(coverage);
console.log(
  `\n${coverage.worlds - different} worlds agree, ${different} differ, ${seconds().toFixed(0)} s, seed ${seed}`,
);
process.exit(different === 0 ? 0 : 1);

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined || /^\d{1,10}$/.test(text)) return text === undefined ? undefined : Number(text);
  return stop(`expected a whole number behind --${name}, got '${text}'`);
}

function stop(message: string): never {
  console.error(message);
  process.exit(2);
}
