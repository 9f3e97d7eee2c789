import { parseArgs } from 'node:util';

export interface RunArguments {
  config?: string | undefined;
  /** A file descriptor to which a line end is written once the agent is ready. */
  readyFd?: number | undefined;
}

/**
 * The arguments of a plain `run`, as a service manager starts it.
 *
 * @returns undefined where it is anything else, wrong use included: the full parser then sees to it
 */
export function plainRunArguments(args: readonly string[]): RunArguments | undefined {
  if (args[0] !== 'run') return undefined;
  try {
    const { values } = parseArgs({
      args: args.slice(1),
      options: { config: { type: 'string' }, 'ready-fd': { type: 'string' } },
    });
    const readyFd = values['ready-fd'];
    if (readyFd !== undefined && !/^\d{1,4}$/.test(readyFd)) return undefined;
    return { config: values.config, readyFd: readyFd === undefined ? undefined : Number(readyFd) };
  } catch {
    return undefined;
  }
}
