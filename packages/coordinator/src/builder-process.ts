import { hostname } from 'node:os';
import { errorSentence } from '@binhost/shared/errors';
import type { Clock } from '@binhost/shared/time';
import { runBuilder } from './build/builder.ts';
import { checkOverlayMode } from './build/overlay-attempt.ts';
import { checkPrograms } from './config/check-programs.ts';
import type { CoordinatorConfig } from './config/coordinator-config.ts';
import { openDatabase } from './db/open-database.ts';
import type { Logger } from './log.ts';
import { runChores } from './nightly/chore-runner.ts';
import { noteFault } from './queue/fault-store.ts';
import { runTogether } from './run-together.ts';

export interface BuilderProcessParts {
  config: CoordinatorConfig;
  databaseUrl: string | undefined;
  /** Absolute paths that no build may see, beside those that the configuration names. */
  hidden: readonly string[];
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

/** Composition root of `builder`: waits for the database that serve keeps, then builds and does chores until the signal aborts. */
export async function runBuilderProcess({ databaseUrl, ...parts }: BuilderProcessParts): Promise<void> {
  await checkMachine(parts.config);
  const open = await openDatabase({ ...parts, databaseUrl, startCluster: false });
  try {
    await runTogether(parts.signal, [
      (signal) => runBuilder({ ...parts, open, signal }),
      (signal) => runChores({ ...parts, open, signal }),
    ]);
  } catch (error) {
    // For the status: its log may be read by root alone.
    const fault = { process: 'builder', name: hostname(), text: errorSentence(error) } as const;
    await noteFault(open.db, fault).catch((err: unknown) => parts.log.warn({ err }, 'fault not noted'));
    throw error;
  } finally {
    await open.close();
  }
}

/**
 * Before the wait for the database: a builder that cannot work should not wait first.
 *
 * @throws BUILD_MODE_UNAVAILABLE, BUILD_ROOT_FAILED, PROGRAM_MISSING
 */
async function checkMachine(config: CoordinatorConfig): Promise<void> {
  const { emerge, portageq } = config.portage;
  if (config.build.mode === 'overlay') await checkOverlayMode(config);
  // A pool with a root of its own has its programs in there.
  const served = Object.entries(config.pools).filter(
    ([name]) => config.build.pools.length === 0 || config.build.pools.includes(name),
  );
  if (served.some(([, { root }]) => root === '/')) {
    checkPrograms({ 'portage.emerge': emerge, 'portage.portageq': portageq });
  }
}
