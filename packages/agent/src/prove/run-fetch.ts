import { PORTAGE_ENVIRONMENT } from '../collect/pretend-command.ts';
import { explainOutcome, type ProgramRun, runProgram } from '../programs/run-program.ts';
import { fetchCommand } from './fetch-command.ts';

/**
 * Lets Portage fetch the packages.
 *
 * @returns undefined when Portage says that all went well; otherwise one sentence with what it said
 */
export async function runFetch(
  emerge: readonly string[],
  packages: readonly { cpv: string; buildId: number }[],
  limits: Omit<ProgramRun, 'argv' | 'env'>,
): Promise<string | undefined> {
  const outcome = await runProgram({ ...limits, argv: fetchCommand(emerge, packages), env: PORTAGE_ENVIRONMENT });
  if (outcome.kind === 'ended' && outcome.exitCode === 0) return undefined;
  const said = tellingLines(`${outcome.stdout}\n${outcome.stderr}`);
  const name = `fetching by ${emerge.join(' ')}`;
  return said === '' ? explainOutcome(outcome, name) : `${name} failed: ${said}`;
}

/** Portage's own words of what went wrong; what failed and why stand on separate lines. */
const TELLING =
  /no binary packages to satisfy|Failed on|verification|Fetch(?:er)? failed|Couldn't download|ERROR \d+|No space left/i;

function tellingLines(text: string): string {
  const lines = text.split('\n').map((line) => line.replace(/^[\s!*]+/, '').trim());
  return lines
    .filter((line) => TELLING.test(line))
    .slice(0, 3)
    .join(' ')
    .slice(0, 500);
}
