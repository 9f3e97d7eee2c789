import type { Clock } from '@binhost/shared/time';
import { runBuilder } from './build/builder.ts';
import type { CoordinatorConfig } from './config/coordinator-config.ts';
import { openDatabase } from './db/open-database.ts';
import type { Logger } from './log.ts';

export interface BuilderProcessParts {
  config: CoordinatorConfig;
  databaseUrl: string | undefined;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

/** Composition root of `builder`: waits for the database that serve keeps, then builds until the signal aborts. */
export async function runBuilderProcess({ databaseUrl, ...parts }: BuilderProcessParts): Promise<void> {
  const open = await openDatabase({ ...parts, databaseUrl, startCluster: false });
  try {
    await runBuilder({ ...parts, open });
  } finally {
    await open.close();
  }
}
