import { execa } from 'execa';
import { childEnvironment } from '../config/child-environment.ts';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import { coordinatorError } from '../coordinator-errors.ts';

export interface PortageqAnswer {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** A call takes some 0.4 s; one that takes this long hangs. */
const TIME_LIMIT_MS = 60_000;
/** Exit statuses with which portageq answers a question: 0 yes, 1 no. Everything else is portageq itself failing. */
const ANSWERS = [0, 1];

/**
 * Asks the binhost's own portageq.
 *
 * @throws PORTAGE_FAILED, retryable: it could not be started, was ended, hung, or broke down with a traceback
 */
export async function readPortageq(
  { portageq, root }: Pick<CoordinatorConfig['portage'], 'portageq' | 'root'>,
  question: readonly string[],
): Promise<PortageqAnswer> {
  const [program = 'portageq', ...first] = portageq;
  const result = await execa(program, [...first, ...question], {
    reject: false,
    stdin: 'ignore',
    timeout: TIME_LIMIT_MS,
    stripFinalNewline: false,
    extendEnv: false,
    env: { ...childEnvironment(), LC_ALL: 'C.UTF-8', ...(root === '/' ? {} : { PORTAGE_CONFIGROOT: root }) },
  });
  const { exitCode, stdout, stderr } = result;
  if (exitCode !== undefined && ANSWERS.includes(exitCode) && !stderr.includes('Traceback (most recent call last)')) {
    return { exitCode, stdout, stderr };
  }
  const came = result.timedOut ? `none within ${TIME_LIMIT_MS / 1000} s` : (lastLine(stderr) ?? result.shortMessage);
  throw coordinatorError('PORTAGE_FAILED', `expected an answer of '${program} ${question[0]}', got ${came}`, {
    hint: 'Run it by hand; portage.portageq names the command. It is tried again by itself.',
    retryable: true,
    detail: { question, exitCode },
  });
}

function lastLine(text: string): string | undefined {
  return text.trim().split('\n').at(-1) || undefined;
}
