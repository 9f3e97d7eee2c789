import { hostname } from 'node:os';
import { PIN_SYSTEM } from '@binhost/shared/join';
import { publicKeyText } from '@binhost/shared/trust';
import { forgetJoinedKey } from './access/join-token-store.ts';
import { enrolNode, identityOf, revokeNode } from './access/node-identity-store.ts';
import { publicAddresses } from './config/public-addresses.ts';
import type { ServeParts } from './coordinator.ts';
import type { Database } from './db/database.ts';
import type { JoinDoors } from './http/routes/tokens.ts';
import { type JoinParts, makeJoinNode, makeLeaveNode } from './http/token-actions.ts';
import { storeJoined } from './ingest/report-store.ts';
import { makeRateLimit } from './limits/rate-limit.ts';
import { readPoolKey } from './publish/pool-key.ts';
import { findProbe } from './publish/probe-package.ts';
import { poolPaths } from './publish/published-directory.ts';

/** Composition root of what makes nodes out of machines: tokens, and the nodes that show them. */
export function joinParts({ config, clock, log, tls }: ServeParts, db: Database): JoinParts {
  const directory = (pool: string): string => poolPaths(config, pool).published;
  return {
    db,
    clock,
    log: log.child({ step: 'access' }),
    attempts: makeRateLimit({
      perMinute: config.limits.joinsPerMinute,
      perMinuteOfAll: config.limits.joinsPerMinuteOfAll,
      clock,
    }),
    tokenTime: config.join.tokenTime,
    addresses: publicAddresses(config, { hostName: hostname(), isTls: tls !== undefined }),
    pin: () => tls?.trust.pin ?? PIN_SYSTEM,
    pools: Object.keys(config.pools),
    poolKey: (pool) => readPoolKey(directory(pool)),
    probePath: (pool, fingerprint) => findProbe(directory(pool), fingerprint),
    enrolNode: async (tx, node) => {
      await enrolNode(tx, node);
      return storeJoined(tx, node);
    },
    revokeKey: async (publicKey) => {
      const raw = publicKeyText(publicKey);
      const identity = raw === undefined ? undefined : await identityOf(db, raw);
      if (identity?.revokedAt === null) await revokeNode(db, identity.nodeName, 'the node left');
      return forgetJoinedKey(db, publicKey);
    },
  };
}

/** What a machine may ask before it is a node, and when it is one no more. */
export function joinDoors(parts: ServeParts, db: Database): JoinDoors {
  const join = joinParts(parts, db);
  return { joinNode: makeJoinNode(join), leaveNode: makeLeaveNode(join) };
}
