import { hostname } from 'node:os';
import { errorSentence } from '@binhost/shared/errors';
import type { Clock } from '@binhost/shared/time';
import { runBuilder } from './build/builder.ts';
import type { CoordinatorConfig } from './config/coordinator-config.ts';
import { openDatabase } from './db/open-database.ts';
import type { Logger } from './log.ts';
import { runChores } from './nightly/chore-runner.ts';
import { noteFault } from './queue/fault-store.ts';
import { runTogether } from './run-together.ts';

export interface BuilderProcessParts {
  config: CoordinatorConfig;
  databaseUrl: string | undefined;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

/** Composition root of `builder`: waits for the database that serve keeps, then builds and does chores until the signal aborts. */
export async function runBuilderProcess({ databaseUrl, ...parts }: BuilderProcessParts): Promise<void> {
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
