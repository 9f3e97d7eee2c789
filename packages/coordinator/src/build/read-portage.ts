import { execa } from 'execa';
import { coordinatorError } from '../coordinator-errors.ts';
import { ASKED_SETTINGS, parseEnvvars } from './make-conf.ts';
import { askEnclosed, type Enclosure } from './run-enclosed.ts';
import type { EbuildDependencies } from './target-needs.ts';

/** How to ask the Portage of one system. */
export interface PortageQuery {
  /** The portageq command. */
  portageq: readonly string[];
  /** The system that is asked; anything but / is entered with chroot. */
  root: string;
  env: Readonly<Record<string, string>>;
  /** Where builds have run already, or an ebuild may be: the root is entered as their steps enter it. */
  enclosure?: Enclosure;
}

/** Settings of make.conf and profile by name; what is not set is missing or empty. */
export async function readSettings(query: PortageQuery): Promise<Record<string, string>> {
  // Exit status 1 only says that one of the names is not set.
  return parseEnvvars(await ask(query, ['envvar', '-v', ...ASKED_SETTINGS, 'DISTDIR'], [0, 1]));
}

/** All repositories as one repos.conf, defaults resolved. */
export function readRepositories(query: PortageQuery): Promise<string> {
  return ask(query, ['repos_config', '/'], [0]);
}

/** All dependencies of an ebuild, as its repository has them. */
export async function readDependencies(
  query: PortageQuery,
  cpv: string,
  repository: string,
): Promise<EbuildDependencies> {
  const names = ['DEPEND', 'BDEPEND', 'RDEPEND', 'PDEPEND', 'IDEPEND'] as const;
  const answer = await ask(query, ['metadata', '/', 'ebuild', `${cpv}::${repository}`, ...names], [0]);
  const [DEPEND = '', BDEPEND = '', RDEPEND = '', PDEPEND = '', IDEPEND = ''] = answer.split('\n');
  return { DEPEND, BDEPEND, RDEPEND, PDEPEND, IDEPEND };
}

async function ask(query: PortageQuery, args: string[], fine: number[]): Promise<string> {
  const { portageq, root, env, enclosure } = query;
  const isInside = root === '/' || enclosure !== undefined;
  const argv = isInside ? [...portageq, ...args] : ['chroot', root, ...portageq, ...args];
  const result = enclosure ? await askEnclosed(enclosure, { argv, env }, TIMEOUT_MS) : await askOutside(argv, env);
  if (result.exitCode !== undefined && fine.includes(result.exitCode)) return result.stdout;
  const got = result.stderr.trim().split('\n').at(-1) || result.shortMessage;
  throw coordinatorError('PORTAGE_FAILED', `expected '${argv.join(' ')}' to answer, got: ${got}`, {
    hint: 'Run the command by hand; portage.portageq names the program.',
    retryable: true,
  });
}

function askOutside([file = '', ...args]: readonly string[], env: Readonly<Record<string, string>>) {
  return execa(file, args, {
    env: { ...env },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    timeout: TIMEOUT_MS,
  });
}

const TIMEOUT_MS = 60_000;
