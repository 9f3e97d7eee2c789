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
      options: { config: { type: 'string', multiple: true }, 'ready-fd': { type: 'string', multiple: true } },
    });
    const { config = [], 'ready-fd': fds = [] } = values;
    const readyFd = readyFdOf(fds[0]);
    if (config.length > 1 || config[0] === '' || fds.length !== (readyFd === undefined ? 0 : 1)) {
      return undefined;
    }
    return { config: config[0], readyFd };
  } catch {
    return undefined;
  }
}

/** @returns undefined where it is none */
export function readyFdOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,4}$/.test(text) ? Number(text) : undefined;
}
