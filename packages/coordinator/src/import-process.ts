import type { Clock } from '@binhost/shared/time';
import type { CoordinatorConfig } from './config/coordinator-config.ts';
import { coordinatorError } from './coordinator-errors.ts';
import { openDatabase } from './db/open-database.ts';
import type { Logger } from './log.ts';
import { handOverImport, type Import } from './publish/import-packages.ts';

export interface ImportParts {
  config: CoordinatorConfig;
  databaseUrl: string | undefined;
  clock: Clock;
  log: Logger;
  directory: string;
  pool: string;
}

/**
 * Composition root of `import`: copies packages to where the pool's publisher looks. It runs as whoever calls the command, who
 * may read the directory and write to staging; serve may do neither.
 *
 * @throws NOT_FOUND where there is no such pool, or no package in the directory
 */
export async function runImport({ directory, pool, databaseUrl, ...parts }: ImportParts): Promise<Import> {
  const pools = [...new Set(['default', ...Object.keys(parts.config.pools)])];
  if (!pools.includes(pool)) {
    throw coordinatorError('NOT_FOUND', `expected a pool named ${pools.join(' or ')}, got '${pool}'`, {
      hint: 'Pools stand in the configuration, as [pools.NAME].',
    });
  }
  const open = await openDatabase({ ...parts, databaseUrl, startCluster: false });
  try {
    return await handOverImport({ db: open.db, config: parts.config }, { directory, pool });
  } finally {
    await open.close();
  }
}
