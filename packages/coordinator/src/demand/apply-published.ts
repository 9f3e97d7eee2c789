/**
 * What was published meets the wishes for it: they become `published`, and each node is told by one event, written in the
 * transaction that moves them. Wishes whose package was withdrawn wait again.
 * Called after every publish, after every refresh of demand, and at start; repeating it changes nothing.
 * May fail with what the database throws; each node is a transaction of its own.
 */
import type { IndexFacts, PackagesPublished } from '@binhost/shared/protocol';
import type { Database } from '../db/database.ts';
import type { Logger } from '../log.ts';
import { chooseAnnouncements } from './choose-announcements.ts';
import { NOT_LOOKED, OVER_BUDGET } from './decide-wishes.ts';
import { loadServing, type PublishedOfVersions } from './load-serving.ts';
import { moveWish } from './move-wish.ts';
import type { PublishedVariant } from './published-variant.ts';
import { countBuilding } from './wish-build-store.ts';
import { loadLiveWishes, lockWishes } from './wish-store.ts';

export interface ApplyPublished {
  db: Database;
  log: Logger;
  publishedOfVersions: PublishedOfVersions;
  /** The pool's index as it is now; undefined or null: nothing was published yet. */
  currentIndex(db: Database, pool: string): Promise<IndexFacts | undefined | null>;
  /** Writes the node's next event; the step notify keeps them. */
  appendEvent(tx: Database, nodeId: string, payload: Omit<PackagesPublished, 'event'>): Promise<number>;
}

/** @returns the nodes whose wishes changed, and how many events were written */
export async function applyPublished(deps: ApplyPublished): Promise<{ nodes: string[]; events: number }> {
  const wishes = await loadLiveWishes(deps.db);
  const published = await loadServing(deps.db, deps.publishedOfVersions, wishes);
  const affected = chooseAnnouncements(wishes, published);
  const nodes = [
    ...new Set([...affected.announce.map(({ wish }) => wish.nodeId), ...affected.withdraw.map((wish) => wish.nodeId)]),
  ];
  let events = 0;
  for (const nodeId of nodes) {
    if (await applyToNode(deps, nodeId)) events++;
  }
  if (nodes.length > 0) deps.log.info({ step: 'demand', nodes: nodes.length, events }, 'wishes published');
  return { nodes, events };
}

/** @returns whether the node got an event */
async function applyToNode(deps: ApplyPublished, nodeId: string): Promise<boolean> {
  return deps.db.transaction(async (tx) => {
    await lockWishes(tx, nodeId);
    const wishes = await loadLiveWishes(tx, nodeId);
    const published = await loadServing(tx, deps.publishedOfVersions, wishes);
    const { announce, withdraw } = chooseAnnouncements(wishes, published);
    for (const wish of withdraw) await moveWish(tx, wish, 'withdraw', WITHDRAWN);
    const pool = announce[0]?.variant.pool;
    const index = pool === undefined ? undefined : await deps.currentIndex(tx, pool);
    if (!index) return false;
    const done = new Set(announce.map(({ wish }) => wish.id));
    const stillWaiting = wishes.filter(
      (wish) => wish.state === 'waiting' && wish.reasonCode !== OVER_BUDGET && !done.has(wish.id),
    );
    const stillBuilding = await countBuilding(
      tx,
      stillWaiting.map((wish) => wish.variantKey),
    );
    const packages = announce.map(({ variant }) => onWire(variant));
    const publishedEvent = await deps.appendEvent(tx, nodeId, {
      type: 'packages-published',
      index: { timestamp: index.timestamp, sha256: index.sha256, entries: index.entries },
      packages,
      stillBuilding,
    });
    for (const { wish, variant } of announce) {
      await moveWish(tx, wish, 'publish', {
        reasonCode: NOT_LOOKED,
        reason: `published as ${variant.cpv}-${variant.buildId}; the node has not looked again yet`,
        publishedId: variant.id,
        publishedBuildId: variant.buildId,
        publishedEvent,
      });
    }
    return true;
  });
}

const WITHDRAWN = {
  reasonCode: null,
  reason: null,
  publishedId: null,
  publishedBuildId: null,
  publishedEvent: null,
};

function onWire({ cpv, buildId, buildTime, path, size, sha512, variantKey }: PublishedVariant) {
  return { cpv, buildId, buildTime, path, size, sha512, variantKey };
}
