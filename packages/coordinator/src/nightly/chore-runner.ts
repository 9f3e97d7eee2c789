import { hostname } from 'node:os';
import type { Clock } from '@binhost/shared/time';
import { openBuildLog } from '../build/build-log.ts';
import { type RunOutcome, runBuild } from '../build/run-build.ts';
import { makeWakeUp } from '../build/wake-up.ts';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import { portageEnvironment } from '../config/portage-environment.ts';
import { CHANNELS } from '../db/channels.ts';
import type { OpenDatabase } from '../db/open-database.ts';
import type { Logger } from '../log.ts';
import { type Chore, choreLog } from '../queue/chore-state.ts';
import { claimChore, endChore, loadWaitingBuilds, returnChore, touchChore } from '../queue/chore-store.ts';
import { type ChoreStep, choreResult, choreSteps } from './chore-steps.ts';

/**
 * The nightly work, the builder's half: does the chores that serve asks for, one after the other, beside the builds. What a
 * chore runs stands in this machine's configuration. A chore whose command fails has failed and says why; nothing ends this
 * loop but the signal, at which a running chore is given back.
 */
export interface ChoreRunnerParts {
  open: Pick<OpenDatabase, 'db' | 'listen'>;
  config: CoordinatorConfig;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

const POLL_MS = 30_000;
const TOUCH_MS = 60_000;
/** Builds whose sources are fetched ahead at a time. */
const MAX_FETCHES = 200;
/** A mirror that says nothing for this long has died. */
const SILENCE_MS = 30 * 60_000;

export async function runChores(parts: ChoreRunnerParts): Promise<void> {
  const { open, clock, signal } = parts;
  const log = parts.log.child({ step: 'nightly' });
  const wakeUp = makeWakeUp(clock);
  await open.listen(CHANNELS.chores, () => wakeUp.wake());
  while (!signal.aborted) {
    const seen = wakeUp.count();
    try {
      const chore = await claimChore(open.db, hostname(), ['sync', 'fetch']);
      if (chore) {
        await doChore({ ...parts, log }, chore);
        continue;
      }
    } catch (err) {
      log.warn({ err }, 'chores could not be read');
    }
    await wakeUp.wait(seen, POLL_MS, signal);
  }
}

async function doChore(parts: ChoreRunnerParts, chore: Chore): Promise<void> {
  const { open, config, clock, log, signal } = parts;
  log.info({ chore: chore.id, kind: chore.kind, askedBy: chore.askedBy }, 'chore started');
  const waiting = chore.kind === 'fetch' ? await loadWaitingBuilds(open.db, MAX_FETCHES) : [];
  const commands = { syncCommand: config.sync.command, emerge: config.portage.emerge };
  const steps = choreSteps(chore, commands, waiting);
  const over = new AbortController();
  const touching = keepTouched(parts, chore, over.signal);
  const out = openBuildLog(config, choreLog(chore.id));
  const failed: string[] = [];
  try {
    for (const step of steps) {
      out.write(`$ ${step.argv.join(' ')}\n`);
      const outcome = await runStep(step, { config, clock, signal, onOutput: (chunk) => out.write(chunk) });
      if (signal.aborted) break;
      const fault = faultOf(outcome);
      if (fault !== undefined) failed.push(`${step.name} ${fault}`);
    }
  } finally {
    out.close();
    over.abort();
    await touching;
  }
  if (signal.aborted) return returnChore(open.db, chore.id);
  const result = choreResult(chore.kind, steps.length, failed);
  // Sources that can't be fetched now are the build's own matter later.
  const state = chore.kind === 'sync' && failed.length > 0 ? 'failed' : 'done';
  await endChore(open.db, chore.id, { state, result });
  log.info({ chore: chore.id, result }, `chore ${state}`);
}

type StepSurroundings = Pick<ChoreRunnerParts, 'config' | 'clock' | 'signal'> & { onOutput: (chunk: Buffer) => void };

function runStep({ argv, env }: ChoreStep, { config, ...surroundings }: StepSurroundings): Promise<RunOutcome> {
  return runBuild({
    argv,
    env: { ...portageEnvironment(), ...env },
    limits: { timeLimitMs: config.sync.timeLimit, silenceLimitMs: SILENCE_MS },
    ...surroundings,
  });
}

/** How a command ended that did not end well; undefined: it did. */
function faultOf({ ended, exitCode, tail }: RunOutcome): string | undefined {
  if (ended === 'exit' && exitCode === 0) return undefined;
  const lastLine = tail.trim().split('\n').at(-1)?.trim() ?? '';
  const said = lastLine === '' ? '' : `, saying: ${lastLine.slice(0, 300)}`;
  if (ended === 'not-started') return `could not be started${said}`;
  if (ended === 'time-limit' || ended === 'silence-limit') return `reached its ${ended.replace('-', ' ')}${said}`;
  return `ended with status ${exitCode ?? 'of a signal'}${said}`;
}

async function keepTouched({ open, clock, log }: ChoreRunnerParts, { id }: Chore, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await clock.sleep(TOUCH_MS, over);
    if (!over.aborted) await touchChore(open.db, id).catch((err: unknown) => log.warn({ err }, 'chore not touched'));
  }
}
