import { closeSync, fstatSync, writeSync } from 'node:fs';
import { systemClock } from '@binhost/shared/time';
import { Agent } from '../agent.ts';
import { loadAgentConfig } from '../config/load-agent-config.ts';
import { makeLog } from '../log.ts';
import { type CommandContext, EXIT } from './command-context.ts';
import { failureStatus } from './failure-status.ts';
import type { RunArguments } from './run-arguments.ts';

/** `run`: the agent in the foreground; a service manager puts it into the background. Ends by SIGTERM or SIGINT with 0. */
export async function runCommand(args: RunArguments, context: CommandContext): Promise<number> {
  if (args.readyFd !== undefined && !isOpen(args.readyFd)) {
    context.warn(
      `binhost-agent: expected an open descriptor after --ready-fd, got ${args.readyFd}\n` +
        '  Let the service manager open it, or leave --ready-fd out.\n',
    );
    return EXIT.wrongUse;
  }
  try {
    const config = loadAgentConfig({ file: args.config, env: context.env });
    const log = makeLog(config.log.level);
    const { signal, version, random } = context;
    const agent = new Agent({ config, version, clock: systemClock, random, log, signal });
    log.info({ version, node: config.node.name, coordinator: config.coordinator.url }, 'agent started');
    await agent.run(() => tellReady(args.readyFd));
    log.info('agent stopped');
    return EXIT.done;
  } catch (error) {
    return failureStatus(error, context);
  }
}

/** Something that a line can be written to: Node's own descriptors (epoll, eventfd) are open too, and have no file type. */
function isOpen(fd: number): boolean {
  try {
    const kind = fstatSync(fd);
    return kind.isFIFO() || kind.isSocket() || kind.isFile() || kind.isCharacterDevice();
  } catch {
    return false;
  }
}

/** OpenRC's `notify=fd:N`: a line end says that the service is up. */
function tellReady(fd: number | undefined): void {
  if (fd === undefined) return;
  writeSync(fd, '\n');
  closeSync(fd);
}
