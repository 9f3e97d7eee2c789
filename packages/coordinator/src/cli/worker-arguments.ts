import type { Readable } from 'node:stream';
import type { Argv } from 'yargs';
import type { GlobalArguments } from './command-context.ts';

/** Options of `builder` and `publisher`. */
export type WorkerArguments = GlobalArguments & { 'parent-pipe': boolean };

export function workerOptions(yargs: Argv<GlobalArguments>): Argv<WorkerArguments> {
  return yargs.option('parent-pipe', { type: 'boolean', default: false, hidden: true });
}

/**
 * Also aborted when the parent's end of stdin closes: however `serve --all` went, even by SIGKILL, its children stop.
 *
 * @param stdin undefined: no parent is watched
 */
export function withParent(signal: AbortSignal, stdin: Readable | undefined): AbortSignal {
  if (!stdin) return signal;
  const orphaned = new AbortController();
  for (const event of ['end', 'close', 'error']) stdin.once(event, () => orphaned.abort());
  stdin.resume();
  return AbortSignal.any([signal, orphaned.signal]);
}
