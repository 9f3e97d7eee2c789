/**
 * STEP collect: one look at the node's own Portage.
 * In: the configuration. Out: a Look: what emerge printed, what the node is and what it has installed, still unparsed.
 * Called by look-loop.ts, which never runs two at once, and by `report --dry-run`. A look always has a result: where Portage
 * could not even be asked, `failure` says why in words and the report says `failed`.
 */
import { BinhostError } from '@binhost/shared/errors';
import { type Inventory, type NodeFacts, UNKNOWN_FACTS } from '@binhost/shared/protocol';
import type { Clock } from '@binhost/shared/time';
import { agentError } from '../agent-errors.ts';
import type { AgentConfig } from '../config/agent-config.ts';
import type { Logger } from '../log.ts';
import { explainOutcome, type ProgramOutcome, type ProgramRun } from '../programs/run-program.ts';
import type { BinaryRepository } from './binrepos.ts';
import { keepResultOptions } from './default-options.ts';
import { highestOf, shownAddress } from './local-facts.ts';
import { pretendCommand } from './pretend-command.ts';
import { readBinrepos } from './read-binrepos.ts';
import { readInventory } from './read-inventory.ts';
import { readLocalFacts } from './read-local-facts.ts';
import { type PortageSettings, readNodeFacts } from './read-node-facts.ts';
import { runPretend } from './run-pretend.ts';

export interface Look {
  /** Wall clock at the begin. */
  lookedAtMs: number;
  /** How long emerge took; 0: it was not started. */
  tookMs: number;
  /** undefined: emerge was not started; `failure` says why. */
  outcome: ProgramOutcome | undefined;
  /** Why there is no whole list, in words; null: emerge ended by itself. */
  failure: string | null;
  /** What the program that failed printed; empty: nothing, or none failed. */
  said: string;
  facts: NodeFacts;
  /** PKGDIR of the node; empty: not known. */
  packageDirectory: string;
  /** The entries of binrepos.conf. */
  binaryRepositories: BinaryRepository[];
  /** Where the ebuild repositories are. */
  repositoryLocations: string[];
  /** null: it could not be read; the last one then still counts. */
  inventory: Inventory | null;
}

export interface CollectParts {
  config: AgentConfig;
  clock: Clock;
  log: Logger;
  /** The pool's address as the coordinator said it; null: not known. */
  packagesUrl?: string | null;
  signal?: AbortSignal | undefined;
}

export async function collect(parts: CollectParts): Promise<Look> {
  const lookedAtMs = parts.clock.nowMs();
  const look: Look = {
    lookedAtMs,
    tookMs: 0,
    outcome: undefined,
    failure: null,
    said: '',
    facts: UNKNOWN_FACTS,
    packageDirectory: '',
    binaryRepositories: [],
    repositoryLocations: [],
    inventory: null,
  };
  const { root } = parts.config.portage;
  try {
    const settings = await readNodeFacts(parts.config.portage, limitsOf(parts));
    look.packageDirectory = settings.packageDirectory;
    look.repositoryLocations = settings.repositories.map(({ location }) => location);
    look.facts = settings.facts;
    look.inventory = await readInventory(root);
    look.binaryRepositories = await readBinrepos(root);
    look.facts = { ...look.facts, ...(await readLocalFacts(root)), ...factsOf(look, settings, parts.packagesUrl) };
    return { ...look, ...(await pretend(parts, settings)) };
  } catch (error) {
    if (!(error instanceof BinhostError)) throw error;
    const printed = error.detail?.['printed'];
    return { ...look, failure: error.message, said: typeof printed === 'string' ? printed : '' };
  }
}

/** Facts that follow from others. */
function factsOf(look: Look, settings: PortageSettings, packagesUrl: string | null | undefined): Partial<NodeFacts> {
  const addresses = [...look.binaryRepositories.map(({ syncUri }) => syncUri), ...settings.binaryHosts];
  const binhosts = [...new Set(addresses.filter(Boolean).map(shownAddress))].slice(0, 100);
  const installed = look.inventory?.packages ?? [];
  return {
    binhosts,
    otherBinhosts: packagesUrl ? binhosts.filter((one) => one !== shownAddress(packagesUrl)) : [],
    libc: highestOf(installed, ['sys-libs/glibc', 'sys-libs/musl']),
    gcc: highestOf(installed, ['sys-devel/gcc']),
  };
}

async function pretend(parts: CollectParts, settings: PortageSettings): Promise<Partial<Look>> {
  const options = keepResultOptions(settings.defaultOptions);
  if (!options) {
    throw agentError(
      'PORTAGE_FAILED',
      `EMERGE_DEFAULT_OPTS has a quote that is not closed: ${settings.defaultOptions}`,
      {
        hint: 'Correct it in make.conf; Portage itself cannot read it either.',
      },
    );
  }
  const command = pretendCommand(parts.config.portage.emerge, options.kept);
  parts.log.debug({ argv: command.argv }, 'pretend run');
  const begin = parts.clock.monotonicMs();
  const outcome = await runPretend(command, limitsOf(parts));
  const failure = outcome.kind === 'ended' ? null : explainOutcome(outcome, parts.config.portage.emerge.join(' '));
  const said = `${outcome.stderr}\n${outcome.stdout}`.slice(0, LARGEST_SAID);
  return { outcome, failure, said, tookMs: Math.round(parts.clock.monotonicMs() - begin) };
}

/** What stops emerge stands at the beginning of what it says. */
const LARGEST_SAID = 64 * 1024;

function limitsOf({ config, clock, signal }: CollectParts): Omit<ProgramRun, 'argv' | 'env'> {
  const { timeLimit, maxOutput, nice } = config.look;
  return { timeLimitMs: timeLimit, maxOutputBytes: maxOutput, nice, clock, signal };
}
