import type { Readable } from 'node:stream';
import { safeJson, terminalStream, terminalText } from '@binhost/shared/terminal';
import type { Argv } from 'yargs';
import { type LoadedConfig, loadCoordinatorConfig } from '../config/load-coordinator-config.ts';
import { remoteDoor } from '../config/remote-door.ts';
import { type ApiClient, makeApiClient } from './api-client.ts';
import { makePaint, type Paint } from './print.ts';

/** What the process edge lends to every command. */
export interface CommandContext {
  env: Record<string, string | undefined>;
  stdin: Readable;
  stdout: { write(text: string | Uint8Array): boolean; isTTY?: boolean };
  stderr: { write(text: string): boolean };
  /** Aborted by the first SIGINT or SIGTERM. */
  signal: AbortSignal;
  /** How this program was started: executable, its options and the script, for child processes. */
  self: string[];
  /** Wall clock, milliseconds since the epoch. */
  nowMs: () => number;
  /** A number in [0, 1). */
  random: () => number;
}

/** Options of every command. */
export interface GlobalArguments {
  config?: string | undefined;
  'log-level'?: string | undefined;
  url?: string | undefined;
}

export type CommandYargs = Argv<GlobalArguments>;

export function loadConfigFor(context: CommandContext, args: GlobalArguments): LoadedConfig {
  return loadCoordinatorConfig({
    file: args.config,
    env: context.env,
    flags: { 'log.level': args['log-level'], 'client.url': args.url },
  });
}

/** The running coordinator at client.url; else through view.sock. */
export function viewClient(context: CommandContext, args: GlobalArguments): ApiClient {
  return clientAt(context, args, 'view.sock');
}

/** The running coordinator at client.url; else through admin.sock: what changes something. */
export function adminClient(context: CommandContext, args: GlobalArguments): ApiClient {
  return clientAt(context, args, 'admin.sock');
}

function clientAt(context: CommandContext, args: GlobalArguments, socket: string): ApiClient {
  const { config } = loadConfigFor(context, args);
  const isRemote = config.client.url !== '';
  const door = isRemote ? remoteDoor(config.client, context.env) : { socketPath: `${config.paths.run}/${socket}` };
  return makeApiClient(door, context.signal);
}

export function paintFor(context: CommandContext): Paint {
  return makePaint(context.stdout.isTTY === true && !context.env['NO_COLOR']);
}

/** Prints data as JSON, or as text for people. */
export function printData<T>(context: CommandContext, isJson: boolean, data: T, text: (data: T) => string): void {
  context.stdout.write(isJson ? `${safeJson(JSON.stringify(data))}\n` : terminalText(text(data)));
}

/** Prints a log as it comes, with its colours and without what else it would do to a terminal. */
export async function printLog(
  { stdout }: Pick<CommandContext, 'stdout'>,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  const decoder = new TextDecoder();
  const shown = terminalStream();
  for await (const chunk of chunks) stdout.write(shown(decoder.decode(chunk, { stream: true })));
}
