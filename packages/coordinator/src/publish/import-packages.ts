import { randomUUID } from 'node:crypto';
import { constants, copyFile, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type FileOwner, handOverFiles } from '../build/hand-over.ts';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import { coordinatorError } from '../coordinator-errors.ts';
import { CHANNELS } from '../db/channels.ts';
import type { Database } from '../db/database.ts';
import { notifyChannel } from '../db/notify-store.ts';
import { settlePublished } from '../queue/build-store.ts';
import { planImport } from './plan-publication.ts';
import type { PoolPublisher } from './pool-publisher.ts';
import { extendIndex, lookThrough, placeAll, rowOf } from './publish-attempt.ts';
import { listGpkgs, poolPaths, removeTree } from './published-directory.ts';
import { publishedOfVersions, recordPublished } from './published-store.ts';

/**
 * Packages that somebody else built: copied into staging by whoever asks for it, signed and published by the pool's publisher.
 * The directory that they come from is only read. Killed at any point, the publisher does it again, and what stands in the
 * index already is left out.
 */
export interface Import {
  /** The directory's name in staging; it is gone once the publisher is through. */
  name: string;
  /** How many packages were found. */
  packages: number;
}

/**
 * Hands a directory's packages to the publisher. The caller must be able to write to the staging directory.
 *
 * @throws NOT_FOUND where the directory holds no gpkg
 */
export async function handOverImport(
  { db, config }: { db: Database; config: Pick<CoordinatorConfig, 'paths'> },
  { directory, pool }: { directory: string; pool: string },
): Promise<Import> {
  const found = await listGpkgs(directory);
  if (found.length === 0) {
    throw coordinatorError('NOT_FOUND', `expected packages (*.gpkg.tar) below ${directory}, found none`, {
      hint: 'Packages of the older format (*.xpak, *.tbz2) carry no signature that nodes could verify; build them again.',
    });
  }
  const { staging, published } = poolPaths(config, pool);
  const name = `import-${pool}-${randomUUID()}`;
  const incoming = join(staging, `.${name}`);
  await mkdir(incoming, { recursive: true, mode: 0o755 });
  for (const [number, { path }] of found.entries()) {
    // Under numbers: a publisher takes the name of a package from what is in it.
    const to = join(incoming, `${number}.gpkg.tar`);
    await copyFile(join(directory, path), to, constants.COPYFILE_FICLONE);
  }
  // Called by root, the copies are made the publisher's own, who removes them when it is through.
  const owner = process.geteuid?.() === 0 ? await ownerOf([published, config.paths.packages, staging]) : undefined;
  await handOverFiles(incoming, join(staging, name), owner);
  await notifyChannel(db, CHANNELS.built, pool);
  return { name, packages: found.length };
}

/** The owner of the first of these directories that is there. */
async function ownerOf(directories: readonly string[]): Promise<FileOwner | undefined> {
  for (const directory of directories) {
    const found = await stat(directory).catch(() => undefined);
    if (found) return { uid: found.uid, gid: found.gid };
  }
  return undefined;
}

/** Publishes what was handed over to be imported into the pool. @returns whether there was anything */
export async function publishImports(publisher: PoolPublisher): Promise<boolean> {
  const names = await readdir(publisher.paths.staging).catch(() => []);
  const ours = names.filter((name) => isImportOf(name, publisher.pool));
  for (const name of ours) await publishImport(publisher, join(publisher.paths.staging, name));
  return ours.length > 0;
}

function isImportOf(name: string, pool: string): boolean {
  const prefix = `import-${pool}-`;
  return name.startsWith(prefix) && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(name.slice(prefix.length));
}

async function publishImport(publisher: PoolPublisher, directory: string): Promise<void> {
  const { db, pool, log } = publisher;
  const handedOver = await lookThrough(directory, publisher.config.publish);
  const cpvs = handedOver.flatMap(({ result }) => ('broken' in result ? [] : [result.cpv]));
  const plan = planImport({ pool, handedOver, published: await publishedOfVersions(db, pool, cpvs) });
  for (const drop of plan.dropped) log.warn(drop, 'left a package out of the import');
  await publisher.assertLocked();
  const placed = await placeAll(publisher, directory, plan.publish);
  if (placed.length > 0) {
    const index = await extendIndex(publisher, placed);
    await db.transaction(async (tx) => {
      const packages = placed.map((one) => rowOf(one, { pool, attemptId: null, indexTimestamp: index.timestamp }));
      await recordPublished(tx, pool, { packages, index });
      const keys = placed.map(({ item }) => item.variantKey);
      await settlePublished(tx, keys, undefined);
      await notifyChannel(tx, CHANNELS.changed);
    });
  }
  await removeTree(directory);
  log.info({ packages: placed.length, leftOut: plan.dropped.length }, 'imported packages');
}
