import { execa } from 'execa';
import { childEnvironment } from '../config/child-environment.ts';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import { coordinatorError } from '../coordinator-errors.ts';

/** The signing keys' home, and the command that opens it. */
export interface Gpg {
  /** Program and first arguments. */
  command: readonly string[];
  home: string;
}

export function gpgOf(config: Pick<CoordinatorConfig, 'portage' | 'publish' | 'paths'>): Gpg {
  return { command: config.portage.gpg, home: config.publish.gnupgHome || `${config.paths.state}/gnupg` };
}

const TIME_LIMIT_MS = 60_000;

/**
 * Runs gpg without a terminal.
 *
 * @param input what it reads from stdin
 * @throws SIGNING_FAILED with its last words: it could not be started, hung, or ended with another status than 0
 */
export async function runGpg({ command, home }: Gpg, args: readonly string[], input?: string): Promise<string> {
  const [program = 'gpg', ...first] = command;
  const result = await execa(program, [...first, '--homedir', home, '--batch', '--no-tty', ...args], {
    reject: false,
    timeout: TIME_LIMIT_MS,
    stripFinalNewline: false,
    extendEnv: false,
    env: { ...childEnvironment(), LC_ALL: 'C.UTF-8' },
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
  });
  if (result.exitCode === 0) return result.stdout;
  throw coordinatorError(
    'SIGNING_FAILED',
    `expected 'gpg ${args[0]}' to end well in ${home}, got ${result.stderr.trim().split('\n').at(-1) || result.shortMessage}`,
    { hint: 'Run it by hand as the user of the publisher; portage.gpg names the command.', retryable: true },
  );
}

/**
 * The fingerprint of the key whose signature over a clear-signed text is good.
 *
 * @returns undefined where there is no good signature by a key of this home
 */
export async function runVerify(gpg: Gpg, signedText: string): Promise<string | undefined> {
  try {
    const status = await runGpg(gpg, ['--status-fd', '1', '--verify'], signedText);
    return /^\[GNUPG:\] VALIDSIG ([0-9A-F]{40,64})/m.exec(status)?.[1];
  } catch {
    return undefined;
  }
}

/**
 * Ends the gpg-agent that gpg left running for this home; it would outlive us, and the keys with it. Where portage.gpg is not
 * called gpg, or has no gpgconf beside it, nothing is done.
 */
export async function runStopAgent({ command, home }: Gpg): Promise<void> {
  const program = command.at(-1) ?? '';
  if (!/(?:^|\/)gpg2?$/.test(program)) return;
  const gpgconf = [...command.slice(0, -1), program.replace(/gpg2?$/, 'gpgconf')];
  const [file = '', ...first] = gpgconf;
  await execa(file, [...first, '--homedir', home, '--kill', 'gpg-agent'], {
    reject: false,
    timeout: TIME_LIMIT_MS,
    stdin: 'ignore',
  });
}
