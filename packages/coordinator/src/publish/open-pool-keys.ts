import { mkdir } from 'node:fs/promises';
import type { Clock } from '@binhost/shared/time';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import type { Logger } from '../log.ts';
import { chooseSigningKey } from './key-list.ts';
import { gpgOf } from './run-gpg.ts';
import { exportPublicKeys, openSigningKeys } from './signing-key.ts';

/** How often keys were rotated while this publisher runs; every pool looks at it. */
export interface Rotations {
  count: number;
}

export interface OpenPoolKeys {
  /** Fingerprint of the key that signs. */
  current: string;
  /** Whether another one should by now: keys were rotated, or the hour of one that was made ahead has come. */
  isOutdated(): boolean;
}

export interface PoolKeyParts {
  config: CoordinatorConfig;
  clock: Clock;
  log: Logger;
  rotations: Rotations;
}

/** Opens the keys of a pool and puts their public halves beside its index. @throws SIGNING_FAILED */
export async function openPoolKeys(
  { config, clock, log, rotations }: PoolKeyParts,
  pool: string,
  directory: string,
): Promise<OpenPoolKeys> {
  const seen = rotations.count;
  const gpg = gpgOf(config);
  const configured = config.pools[pool]?.signingKey ?? '';
  const leadMs = config.publish.keyLead;
  const keys = await openSigningKeys(gpg, { configured, nowMs: clock.nowMs(), leadMs }, log);
  await mkdir(directory, { recursive: true, mode: 0o755 });
  await exportPublicKeys(gpg, keys, directory);
  return {
    current: keys.current,
    isOutdated: () => {
      if (rotations.count !== seen) return true;
      const due = chooseSigningKey(keys.all, clock.nowMs(), leadMs);
      return configured === '' && due !== undefined && due.fingerprint !== keys.current;
    },
  };
}
