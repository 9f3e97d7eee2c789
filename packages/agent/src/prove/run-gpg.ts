import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentError } from '../agent-errors.ts';
import { explainOutcome, type ProgramRun, runProgram } from '../programs/run-program.ts';

/**
 * Lets gpg look at a clear-signed text, with the keyring by which Portage verifies and with Portage's own options.
 *
 * @returns gpg's status lines @throws PORTAGE_FAILED where gpg could not be run
 */
export async function runGpgVerify(
  { gpg, gnupgHome, signedText }: { gpg: readonly string[]; gnupgHome: string; signedText: string },
  limits: Omit<ProgramRun, 'argv' | 'env'>,
): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'binhost-agent-'));
  try {
    const file = join(directory, 'Manifest');
    await writeFile(file, signedText);
    const options = ['--homedir', gnupgHome, '--batch', '--no-tty', '--no-auto-check-trustdb', '--status-fd', '1'];
    const outcome = await runProgram({
      ...limits,
      argv: [...gpg, ...options, '--verify', file],
      env: { LC_ALL: 'C.UTF-8' },
    });
    if (outcome.kind === 'ended') return outcome.stdout;
    throw agentError('PORTAGE_FAILED', explainOutcome(outcome, gpg.join(' ')), {
      hint: 'Install app-crypt/gnupg, or name the program by portage.gpg.',
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
