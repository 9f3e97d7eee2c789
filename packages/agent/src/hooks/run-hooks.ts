/**
 * STEP hooks: tells the machine's own programs what happened. In: events. Out: every executable of the hooks' directory, run
 * one after the other for one event after the other. Called by agent.ts; it never throws and nothing waits for it: a hook
 * that fails, hangs or may not be run is a line in the log and in `status`.
 */
import type { Clock } from '@binhost/shared/time';
import type { Logger } from '../log.ts';
import { explainOutcome, runProgram } from '../programs/run-program.ts';
import { type HookEvent, hookInput } from './hook-event.ts';
import { readHooks } from './read-hooks.ts';

export interface HooksParts {
  directory: string;
  node: string;
  /** Of one run of one hook. */
  timeLimitMs: number;
  nice: number;
  /** The user that runs the agent. */
  agentUid: number;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

export interface Hooks {
  /** Queues the event; beyond MAX_QUEUED the oldest is dropped. */
  fire(event: HookEvent): void;
  /** What was wrong with the last event's hooks. */
  problems(): readonly string[];
  /** Resolves when the hook that runs has ended. */
  stop(): Promise<void>;
}

const MAX_QUEUED = 1000;
const MAX_OUTPUT_BYTES = 64 * 1024;

export function openHooks(parts: HooksParts): Hooks {
  const queue: HookEvent[] = [];
  let running: Promise<void> | undefined;
  let problems: string[] = [];
  const drain = async (): Promise<void> => {
    for (let event = queue.shift(); event && !parts.signal.aborted; event = queue.shift()) {
      problems = await runAll(event, parts);
    }
    running = undefined;
  };
  return {
    fire: (event) => {
      queue.push(event);
      if (queue.length > MAX_QUEUED) parts.log.warn({ event: queue.shift() }, 'hook event dropped');
      running ??= drain();
    },
    problems: () => problems,
    stop: async () => {
      queue.length = 0;
      await running;
    },
  };
}

async function runAll(event: HookEvent, parts: HooksParts): Promise<string[]> {
  const { hooks, refused } = await readHooks(parts.directory, parts.agentUid);
  for (const text of refused) parts.log.warn({ text }, 'hook refused');
  const problems = [...refused];
  for (const path of hooks) {
    if (parts.signal.aborted) break;
    const problem = await runOne(path, event, parts);
    if (problem !== undefined) problems.push(problem);
  }
  return problems;
}

async function runOne(path: string, event: HookEvent, parts: HooksParts): Promise<string | undefined> {
  const { clock, log, signal, nice, timeLimitMs } = parts;
  const limits = { timeLimitMs, maxOutputBytes: MAX_OUTPUT_BYTES, nice, clock, signal };
  const outcome = await runProgram({ ...limits, ...hookInput(event, parts.node), argv: [path], endsGroup: true });
  if (outcome.kind === 'ended' && outcome.exitCode === 0) {
    log.debug({ hook: path, event: event.event }, 'hook ran');
    return undefined;
  }
  const text = explainOutcome(outcome, path);
  log.warn({ hook: path, event: event.event, text }, 'hook failed');
  return text;
}
