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
import { keepResultOptions } from './default-options.ts';
import { pretendCommand } from './pretend-command.ts';
import { readInventory } from './read-inventory.ts';
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
  facts: NodeFacts;
  /** PKGDIR of the node; empty: not known. */
  packageDirectory: string;
  /** null: it could not be read; the last one then still counts. */
  inventory: Inventory | null;
}

export interface CollectParts {
  config: AgentConfig;
  clock: Clock;
  log: Logger;
  signal?: AbortSignal | undefined;
}

export async function collect(parts: CollectParts): Promise<Look> {
  const lookedAtMs = parts.clock.nowMs();
  const look: Look = {
    lookedAtMs,
    tookMs: 0,
    outcome: undefined,
    failure: null,
    facts: UNKNOWN_FACTS,
    packageDirectory: '',
    inventory: null,
  };
  try {
    const settings = await readNodeFacts(parts.config.portage, limitsOf(parts));
    look.facts = settings.facts;
    look.packageDirectory = settings.packageDirectory;
    look.inventory = await readInventory(parts.config.portage.root);
    return { ...look, ...(await pretend(parts, settings)) };
  } catch (error) {
    if (!(error instanceof BinhostError)) throw error;
    return { ...look, failure: inOneLine(error) };
  }
}

function inOneLine({ message, hint }: BinhostError): string {
  return hint === undefined ? message : `${message}. ${hint}`;
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
  return { outcome, failure, tookMs: Math.round(parts.clock.monotonicMs() - begin) };
}

function limitsOf({ config, clock, signal }: CollectParts): Omit<ProgramRun, 'argv' | 'env'> {
  const { timeLimit, maxOutput, nice } = config.look;
  return { timeLimitMs: timeLimit, maxOutputBytes: maxOutput, nice, clock, signal };
}
