import { join } from 'node:path';
import { sharedError } from '@binhost/shared/errors';
import type { Report } from '@binhost/shared/protocol';
import { formatDuration, parseDuration, systemClock } from '@binhost/shared/time';
import { loadAgentConfig } from '../config/load-agent-config.ts';
import { type AwaitedPackage, isOver, judgeWait } from '../status/judge-wait.ts';
import { STATUS_SOCKET } from '../status/status-socket.ts';
import { askLastReport, askStatus } from './agent-client.ts';
import { type CommandContext, type ConfigOption, EXIT } from './command-context.ts';
import { failureStatus } from './failure-status.ts';
import { jsonLine } from './print.ts';

export interface WaitArguments extends ConfigOption {
  atoms: readonly string[];
  /** Such as 30m. */
  timeout: string;
  json: boolean;
}

const POLL_MS = 1000;

/**
 * `wait [ATOM…]`: ends when every named wish (or every one that policy allows) is settled. Exit status: 0 all are ready,
 * 1 the time ran out, or one can't become ready by itself.
 */
export async function waitCommand(args: WaitArguments, context: CommandContext): Promise<number> {
  try {
    const limitMs = durationOf(args.timeout);
    const { paths } = loadAgentConfig({ file: args.config, env: context.env });
    const ask = async (): Promise<AwaitedPackage[]> => {
      const socket = join(paths.run, STATUS_SOCKET);
      const report: Report | null = await askLastReport(socket);
      return judgeWait(await askStatus(socket), report, args.atoms);
    };
    const { packages, timedOut } = await waitFor(ask, { limitMs, context, json: args.json });
    const ready = packages.filter(({ outcome }) => outcome === 'ready').length;
    if (args.json) context.print(jsonLine({ packages, timedOut }));
    else if (timedOut) context.print(`Not all are settled after ${formatDuration(limitMs)}.\n`);
    return !timedOut && ready === packages.length ? EXIT.done : EXIT.failed;
  } catch (error) {
    return failureStatus(error, context);
  }
}

interface Waiting {
  limitMs: number;
  context: CommandContext;
  json: boolean;
}

async function waitFor(ask: () => Promise<AwaitedPackage[]>, { limitMs, context, json }: Waiting) {
  const endMs = systemClock.monotonicMs() + limitMs;
  const shown = new Map<string, string>();
  for (;;) {
    const packages = await ask();
    if (!json) for (const line of progressLines(packages, shown)) context.print(line);
    if (isOver(packages)) return { packages, timedOut: false };
    const leftMs = endMs - systemClock.monotonicMs();
    if (leftMs <= 0 || context.signal.aborted) return { packages, timedOut: true };
    await systemClock.sleep(Math.min(POLL_MS, leftMs), context.signal);
  }
}

/** A line for each package whose state is not the one that was shown last. */
function progressLines(packages: readonly AwaitedPackage[], shown: Map<string, string>): string[] {
  return packages.flatMap(({ name, state, reason }) => {
    if (shown.get(name) === state) return [];
    shown.set(name, state);
    return [`${[name, state, reason.replace(/\s+/g, ' ')].filter(Boolean).join('  ')}\n`];
  });
}

function durationOf(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw sharedError('CONFIG_BAD_VALUE', `--timeout: expected a duration such as 90s, 30m or 2h, got '${text}'`);
}
