import type { Readable } from 'node:stream';
import { BinhostError } from '@binhost/shared/errors';
import type { Argv } from 'yargs';
import type { GlobalArguments } from './command-context.ts';

/** Options of `builder` and `publisher`. */
export type WorkerArguments = GlobalArguments & { 'parent-pipe': boolean };

export function workerOptions(yargs: Argv<GlobalArguments>): Argv<WorkerArguments> {
  return yargs.option('parent-pipe', { type: 'boolean', default: false, hidden: true });
}

/**
 * Runs a worker until the process is asked to stop, or until the parent's end of stdin closes: however `serve --all` went,
 * even by SIGKILL, its children stop.
 *
 * @param stdin undefined: no parent is watched
 */
export async function runWorker(
  { signal, stdin }: { signal: AbortSignal; stdin: Readable | undefined },
  run: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = stdin ? AbortSignal.any([signal, whenClosed(stdin)]) : signal;
  try {
    await run(stop);
  } catch (error) {
    // What it waited for in vain is no failure once nobody wants it any more.
    if (stop.aborted && error instanceof BinhostError && error.retryable) return;
    throw error;
  }
}

function whenClosed(stdin: Readable): AbortSignal {
  const closed = new AbortController();
  for (const event of ['end', 'close', 'error']) stdin.once(event, () => closed.abort());
  stdin.resume();
  return closed.signal;
}
