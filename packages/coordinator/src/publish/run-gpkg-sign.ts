import { execa } from 'execa';
import { childEnvironment } from '../config/child-environment.ts';
import { coordinatorError } from '../coordinator-errors.ts';
import type { Gpg } from './run-gpg.ts';

/** A large image is read and hashed three times. */
const TIME_LIMIT_MS = 30 * 60_000;

/**
 * The environment of gpkg-sign. Old signatures are not looked at (binpkg-ignore-signature), since they are replaced. The signing
 * command is given without the lock file of Portage's default, which only root can make; publishers hold a lock of their own.
 */
export function signingEnvironment(gpg: Gpg, fingerprint: string): Record<string, string> {
  return {
    LC_ALL: 'C.UTF-8',
    FEATURES: 'binpkg-signing binpkg-ignore-signature -binpkg-request-signature',
    BINPKG_GPG_SIGNING_GPG_HOME: gpg.home,
    BINPKG_GPG_SIGNING_KEY: fingerprint,
    BINPKG_GPG_SIGNING_BASE_COMMAND: `${gpg.command.join(' ')} --sign --armor [PORTAGE_CONFIG]`,
  };
}

/**
 * Signs a finished gpkg in its place: every member gets a signature, the Manifest becomes a clear-signed text.
 *
 * @param options.gpkgSign program and first arguments
 * @throws SIGNING_FAILED with its last words
 */
export async function runGpkgSign(
  file: string,
  options: { gpkgSign: readonly string[]; gpg: Gpg; fingerprint: string },
): Promise<void> {
  const [program = 'gpkg-sign', ...first] = options.gpkgSign;
  const result = await execa(program, [...first, '--allow-unsigned', file], {
    reject: false,
    stdin: 'ignore',
    all: true,
    timeout: TIME_LIMIT_MS,
    extendEnv: false,
    env: { ...childEnvironment(), ...signingEnvironment(options.gpg, options.fingerprint) },
  });
  if (result.exitCode === 0) return;
  const lastWords = result.all?.trim().split('\n').at(-1) || result.shortMessage;
  throw coordinatorError('SIGNING_FAILED', `expected ${program} to sign ${file}, got ${lastWords}`, {
    hint: 'Run it by hand as the user of the publisher; portage.gpkgSign names the command.',
    retryable: true,
    detail: { output: result.all?.slice(-4000) },
  });
}
