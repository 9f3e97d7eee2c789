import { runProgram } from './run-program.ts';
import { runVitest } from './run-vitest.ts';
import { add, nothing, type Section, type SectionContext, type SectionResult } from './section.ts';

/** What `npm test` runs, in this order. */
export const SECTIONS: Section[] = [
  { name: 'install', budgetMinutes: 2, run: installDebianPackages },
  { name: 'check', budgetMinutes: 0.5, run: check },
  { name: 'integration', budgetMinutes: 3, run: (context) => runVitest(context, 'integration') },
  { name: 'loop', budgetMinutes: 5, run: loop },
  {
    name: 'bench',
    budgetMinutes: 1,
    run: (context) => command(context, ['tsx', 'bench/bench.ts', '--json', '--short']),
  },
];

/** Debian's packages that some tests need; without them those tests skip by name. */
const DEBIAN_PACKAGES = ['gnupg', 'iproute2'];

async function installDebianPackages(context: SectionContext): Promise<SectionResult> {
  if (!context.mayInstall) return nothing;
  const quiet = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await runProgram(context.root, ['apt-get', 'update', '-qq'], quiet);
  const status = await runProgram(context.root, ['apt-get', 'install', '-y', '-qq', ...DEBIAN_PACKAGES], quiet);
  return count(status);
}

async function check(context: SectionContext): Promise<SectionResult> {
  let result = nothing;
  for (const argv of [
    ['biome', 'ci', '--colors=off', '--log-level=warn', '.'],
    ['oxlint', '--type-aware', '--quiet'],
    ['tsc', '-p', 'packages/shared'],
    ['tsc', '-p', 'tsconfig.json'],
  ]) {
    result = add(result, await command(context, argv));
  }
  return add(result, await runVitest(context, 'unit'));
}

async function loop(context: SectionContext): Promise<SectionResult> {
  const demo = await command(context, ['tsx', 'e2e/demo/demo.ts', '--once']);
  return add(demo, await runVitest(context, 'e2e'));
}

/** A command that passes or fails as a whole counts as one test. */
async function command(context: SectionContext, argv: string[]): Promise<SectionResult> {
  return count(await runProgram(context.root, argv));
}

function count(status: number): SectionResult {
  return status === 0 ? { passed: 1, failed: 0, skips: [] } : { passed: 0, failed: 1, skips: [] };
}
