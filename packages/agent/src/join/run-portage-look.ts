import type { Clock } from '@binhost/shared/time';
import { PORTAGE_ENVIRONMENT } from '../collect/pretend-command.ts';
import type { AgentConfig } from '../config/agent-config.ts';
import { explainOutcome, runProgram } from '../programs/run-program.ts';

const QUICK_LOOK = [
  '--ignore-default-opts',
  '--color=n',
  '--nospinner',
  '--pretend',
  '--getbinpkg',
  '--nodeps',
  'world',
];

/**
 * Has Portage read its binary repositories, without resolving anything: nothing is installed or fetched but their indexes.
 * What it thinks of the world does not matter here.
 *
 * @returns undefined where it could read the one at that address; else what it said
 */
export async function runPortageLook(
  { portage, look }: Pick<AgentConfig, 'portage' | 'look'>,
  packagesUrl: string,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<string | undefined> {
  const limits = { timeLimitMs: look.timeLimit, maxOutputBytes: look.maxOutput, nice: 0, clock, signal };
  const outcome = await runProgram({ ...limits, argv: [...portage.emerge, ...QUICK_LOOK], env: PORTAGE_ENVIRONMENT });
  const text = `${outcome.stdout}\n${outcome.stderr}`;
  const failure = text.split('\n').findIndex((line) => line.includes('Error fetching') && line.includes(packagesUrl));
  if (failure >= 0) return said(text.split('\n').slice(failure, failure + 2));
  if (outcome.kind !== 'ended') return explainOutcome(outcome, portage.emerge.join(' '));
  return /binrepos\.conf is missing/.test(text) ? 'it sees no binrepos.conf' : undefined;
}

function said(lines: readonly string[]): string {
  return lines
    .map((line) => line.replace(/^[\s!*]+/, '').trim())
    .join(' ')
    .slice(0, 500);
}
