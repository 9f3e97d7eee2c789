import { readFile } from 'node:fs/promises';
import { systemClock } from '@binhost/shared/time';
import type { CommandModule } from 'yargs';
import { buildInRoot } from '../build/build-in-root.ts';
import { coordinatorError } from '../coordinator-errors.ts';

/** Hidden: what the builder starts inside the namespaces of one build. */
export const buildInRootCommand: CommandModule<object, { job: string }> = {
  command: 'build-in-root <job>',
  describe: false,
  builder: (yargs) => yargs.positional('job', { type: 'string', demandOption: true }),
  handler: async ({ job }) => {
    await checkJobFile(job);
    const stop = new AbortController();
    // The builder holds the other end: when it is gone, however it went, nobody waits for this build any more.
    process.stdin.on('end', () => stop.abort());
    process.stdin.on('error', () => stop.abort());
    process.stdin.resume();
    await buildInRoot(job, systemClock, stop.signal);
    process.stdin.destroy();
  },
};

/** @throws WRONG_USE for whoever calls it by hand */
async function checkJobFile(job: string): Promise<void> {
  try {
    JSON.parse(await readFile(job, 'utf8'));
  } catch (cause) {
    throw coordinatorError('WRONG_USE', `expected a builder's job file, got '${job}': ${(cause as Error).message}`, {
      hint: 'Only the builder calls it; see binhost-coordinator --help.',
      cause,
    });
  }
}
