import type { Clock } from '@binhost/shared/time';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import type { Database } from '../db/database.ts';
import type { Logger } from '../log.ts';
import type { PoolPaths } from './published-directory.ts';
import type { Gpg } from './run-gpg.ts';

/** What every step of publishing into one pool needs; made once the pool's lock is held. */
export interface PoolPublisher {
  pool: string;
  paths: PoolPaths;
  gpg: Gpg;
  /** Fingerprint of the key that signs the pool. */
  fingerprint: string;
  /** When the published directory was last compared with its index, on the monotonic clock. */
  checkedMs: number;
  /** The probe by this key is there. */
  hasProbe: boolean;
  config: Pick<CoordinatorConfig, 'portage' | 'build' | 'publish'>;
  db: Database;
  clock: Clock;
  log: Logger;
  /** The settings that the index names in its header, not older than an hour. */
  header(): Promise<Record<string, string>>;
  /** @throws PUBLISHER_BUSY where the lock was lost: somebody else may publish into the pool now */
  assertLocked(): Promise<void>;
}
