import { readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeFacts } from '@binhost/shared/protocol';
import { agentError } from '../agent-errors.ts';
import type { AgentConfig } from '../config/agent-config.ts';
import { explainOutcome, type ProgramRun, runProgram } from '../programs/run-program.ts';
import {
  ASKED_SETTINGS,
  type NodeFactTexts,
  nodeFacts,
  type RepositoryPlace,
  repositoryPlaces,
  settingsOf,
} from './node-facts.ts';
import { PORTAGE_ENVIRONMENT } from './pretend-command.ts';

export interface PortageSettings {
  facts: NodeFacts;
  /** EMERGE_DEFAULT_OPTS as it stands. */
  defaultOptions: string;
  /** Where Portage keeps its own binaries; empty: not known. */
  packageDirectory: string;
  /** PORTAGE_BINHOST: addresses beside binrepos.conf. */
  binaryHosts: string[];
  /** Where the ebuild repositories are. */
  repositories: RepositoryPlace[];
}

type Limits = Omit<ProgramRun, 'argv' | 'env'>;

/**
 * Asks the node's own Portage what the node is.
 *
 * @throws PORTAGE_FAILED naming the command that could not be run
 */
export async function readNodeFacts(portage: AgentConfig['portage'], limits: Limits): Promise<PortageSettings> {
  const ask = (argv: string[], goodStatus?: number[]): Promise<string> => readProgram(argv, limits, goodStatus);
  const [settingsText, repositories, version, profile] = await Promise.all([
    // portageq ends with 1 where one of the settings is not set at all
    ask([...portage.portageq, 'envvar', '-v', ...ASKED_SETTINGS], [0, 1]),
    ask([...portage.portageq, 'repos_config', '/']),
    ask([...portage.emerge, '--version']),
    readlink(join(portage.root, 'etc/portage/make.profile')).catch(() => ''),
  ]);
  const texts: NodeFactTexts = { settings: settingsText, repositories, version, profile };
  const settings = settingsOf(texts.settings);
  return {
    facts: nodeFacts(texts, await readRevisions(repositories)),
    defaultOptions: settings.get('EMERGE_DEFAULT_OPTS') ?? '',
    packageDirectory: settings.get('PKGDIR') ?? '',
    binaryHosts: (settings.get('PORTAGE_BINHOST') ?? '').split(/\s+/).filter(Boolean),
    repositories: repositoryPlaces(repositories),
  };
}

async function readProgram(argv: string[], limits: Limits, goodStatus = [0]): Promise<string> {
  const outcome = await runProgram({ ...limits, argv, env: PORTAGE_ENVIRONMENT });
  if (outcome.kind === 'ended' && goodStatus.includes(outcome.exitCode) && outcome.stdout !== '') return outcome.stdout;
  throw agentError('PORTAGE_FAILED', explainOutcome(outcome, argv.join(' ')), {
    hint: 'See that the command works by hand; portage.emerge and portage.portageq name the programs.',
    detail: { argv, printed: `${outcome.stderr}\n${outcome.stdout}`.slice(0, 20_000) },
  });
}

async function readRevisions(repositories: string): Promise<Map<string, string | null>> {
  const revisions = new Map<string, string | null>();
  for (const { name, location } of repositoryPlaces(repositories)) {
    const file = join(location, 'metadata');
    revisions.set(
      name,
      (await firstLine(join(file, 'timestamp.commit'))) ?? (await firstLine(join(file, 'timestamp.chk'))),
    );
  }
  return revisions;
}

async function firstLine(path: string): Promise<string | null> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return (
    text
      .split('\n')[0]
      ?.replace(/[\u0000-\u001f\u007f]+/g, ' ')
      .trim() || null
  );
}
