import type { Clock } from '@binhost/shared/time';
import { checkPrograms } from './config/check-programs.ts';
import type { CoordinatorConfig } from './config/coordinator-config.ts';
import { openDatabase } from './db/open-database.ts';
import type { Logger } from './log.ts';
import { runPublisher } from './publish/publisher.ts';

export interface PublisherProcessParts {
  config: CoordinatorConfig;
  databaseUrl: string | undefined;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

/** Composition root of `publisher`: waits for the database that serve keeps, then publishes until the signal aborts. @throws PROGRAM_MISSING */
export async function runPublisherProcess({ databaseUrl, ...parts }: PublisherProcessParts): Promise<void> {
  const { gpg, gpkgSign, portageq } = parts.config.portage;
  checkPrograms({ 'portage.gpg': gpg, 'portage.gpkgSign': gpkgSign, 'portage.portageq': portageq });
  const open = await openDatabase({ ...parts, databaseUrl, startCluster: false });
  try {
    await runPublisher({ ...parts, open });
  } finally {
    await open.close();
  }
}
