import { access, constants, readlink } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Clock } from '@binhost/shared/time';
import { agentError } from '../agent-errors.ts';
import { explainOutcome, runProgram } from '../programs/run-program.ts';

/** The OpenRC service of the agent. */
export interface ServiceState {
  /** rc-update is there. */
  hasOpenRc: boolean;
  /** Its init script is there. */
  isInstalled: boolean;
  /** It starts with the system. */
  isEnabled: boolean;
}

export const SERVICE = 'binhost-agent';
const INIT_SCRIPT = `/etc/init.d/${SERVICE}`;

/** @param searchPath of the environment: PATH */
export async function readService(searchPath: string): Promise<ServiceState> {
  return {
    hasOpenRc: (await findProgram('rc-update', searchPath)) && (await findProgram('rc-service', searchPath)),
    isInstalled: await isThere(INIT_SCRIPT),
    isEnabled: (await readlink(`/etc/runlevels/default/${SERVICE}`).catch(() => undefined)) !== undefined,
  };
}

/** Whether a program is on the path. */
export async function findProgram(name: string, searchPath: string): Promise<boolean> {
  for (const directory of searchPath.split(delimiter).filter(Boolean)) {
    if (await isThere(join(directory, name), constants.X_OK)) return true;
  }
  return false;
}

export type ServiceAct = 'enable' | 'restart' | 'stop' | 'disable';

const ARGV: Record<ServiceAct, string[]> = {
  enable: ['rc-update', 'add', SERVICE, 'default'],
  restart: ['rc-service', SERVICE, 'restart'],
  stop: ['rc-service', '--ifstarted', SERVICE, 'stop'],
  disable: ['rc-update', 'del', SERVICE, 'default'],
};

/** @throws JOIN_FAILED with the program's last words */
export async function runServiceAct(act: ServiceAct, { clock, signal }: { clock: Clock; signal: AbortSignal }) {
  const argv = ARGV[act];
  const limits = { timeLimitMs: 120_000, maxOutputBytes: 1024 * 1024, nice: 0 };
  const outcome = await runProgram({ ...limits, argv, clock, signal });
  if (outcome.kind === 'ended' && outcome.exitCode === 0) return;
  throw agentError('JOIN_FAILED', explainOutcome(outcome, argv.join(' ')), {
    hint: 'Run it by hand, then run the same line again: what is done stays done.',
  });
}

function isThere(path: string, mode = constants.F_OK): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
