import { execa, type Options, type ResultPromise } from 'execa';
import type { HostPortage } from './host-portage.ts';

/** One separate host: a root of its own in a network namespace of its own. */
export interface PortageHost {
  name: string;
  /** Its network namespace. */
  namespace: string;
  /** Where its root lies on this machine. */
  root: string;
  address: string;
  /** Which Portage it runs. */
  portage: HostPortage;
  /** Every command's environment. */
  env: Record<string, string>;
}

/** Starts a program on a host; argv as it is, no shell. With `user` it runs as that system user. */
export function startOnHost(
  host: PortageHost,
  argv: string[],
  options: Options & { user?: string; extraEnv?: Record<string, string> } = {},
): ResultPromise {
  const { user, extraEnv, ...rest } = options;
  const identity = user ? [`--userspec=${user}`] : [];
  return execa('ip', ['netns', 'exec', host.namespace, 'chroot', ...identity, host.root, ...argv], {
    stdin: 'ignore',
    reject: false,
    all: true,
    ...rest,
    extendEnv: false,
    env: { ...host.env, ...extraEnv },
  } as Options);
}

/** Runs a program on a host to its end. @throws with its whole output where it exits non-zero */
export async function runOnHost(
  host: PortageHost,
  argv: string[],
  options: Parameters<typeof startOnHost>[2] = {},
): Promise<string> {
  const result = await startOnHost(host, argv, options);
  if (result.exitCode === 0) return String(result.all ?? '');
  throw new Error(
    `${host.name}: ${argv.join(' ')} exited with ${result.exitCode ?? result.signal}:\n${String(result.all)}`,
  );
}

/** Runs the host's emerge. */
export function emergeOnHost(host: PortageHost, args: string[], options: Parameters<typeof startOnHost>[2] = {}) {
  return startOnHost(host, [...host.portage.command('emerge'), '--color=n', '--nospinner', ...args], options);
}
