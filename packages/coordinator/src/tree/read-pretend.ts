import { type PretendResult, parsePretendOutput } from '@binhost/shared/emerge';
import { execa } from 'execa';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import { portageEnvironment } from '../config/portage-environment.ts';
import { coordinatorError } from '../coordinator-errors.ts';

/** A list of one package takes seconds, of a large one with a cold cache a minute. */
const TIME_LIMIT_MS = 300_000;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

export interface PretendQuestion {
  /** The pool's system. */
  root: string;
  /** A checked atom. */
  atom: string;
  /** Flags that are switched for the answer, `flag` or `-flag`. */
  use: readonly string[];
}

/**
 * What the binhost's own Portage would merge for one package, all from ebuilds: its version, repository and flags, and what
 * the system would have for its dependencies. Nothing is proposed: what is masked is a problem of the answer.
 *
 * @throws PORTAGE_FAILED, retryable: emerge could not be started, hung or was ended
 */
export async function readPretend(
  { emerge }: Pick<CoordinatorConfig['portage'], 'emerge'>,
  { root, atom, use }: PretendQuestion,
): Promise<PretendResult> {
  const [program = 'emerge', ...first] = emerge;
  const result = await execa(program, [...first, ...OPTIONS, atom], {
    reject: false,
    stdin: 'ignore',
    timeout: TIME_LIMIT_MS,
    maxBuffer: MAX_OUTPUT_BYTES,
    extendEnv: false,
    env: {
      ...portageEnvironment(),
      USE_EXPAND_HIDDEN: '-*',
      ...(use.length > 0 && { USE: use.join(' ') }),
      ...(root !== '/' && { PORTAGE_CONFIGROOT: root }),
    },
  });
  const { stdout, stderr, exitCode } = result;
  if (exitCode !== undefined) return parsePretendOutput({ stdout, stderr });
  const came = result.timedOut ? `none within ${TIME_LIMIT_MS / 1000} s` : result.shortMessage;
  throw coordinatorError('PORTAGE_FAILED', `expected a list from '${program} --pretend ${atom}', got ${came}`, {
    hint: 'Run it by hand; portage.emerge names the command.',
    retryable: true,
  });
}

const OPTIONS = [
  '--ignore-default-opts',
  '--color=n',
  '--nospinner',
  '--pretend',
  '--verbose',
  '--oneshot',
  '--usepkg=n',
  '--getbinpkg=n',
  '--autounmask=n',
];
