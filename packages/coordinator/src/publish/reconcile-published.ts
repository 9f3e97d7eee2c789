import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CHANNELS } from '../db/channels.ts';
import { notifyChannel } from '../db/notify-store.ts';
import { checkGpkg } from './check-gpkg.ts';
import { indexEntry } from './index-entry.ts';
import { readIndex, writeIndex } from './index-file.ts';
import { nextTimestamp } from './index-header.ts';
import { planReconcile } from './plan-reconcile.ts';
import type { PoolPublisher } from './pool-publisher.ts';
import { buildNumber, listGpkgs, removeTree } from './published-directory.ts';
import { rowFromEntry } from './published-row.ts';
import {
  currentIndex,
  loadPublished,
  type NewPublishedPackage,
  recordPublished,
  withdrawPublished,
} from './published-store.ts';
import { runVerify } from './run-gpg.ts';

type Entry = Record<string, string>;

/**
 * Makes directory, index and table of a pool say the same, once its lock is held, before anything is published, and from time to time, since files may vanish meanwhile. Finishes
 * what a killed publisher left: a package that it placed but did not index yet is signed by us and whole, so it is taken into
 * the index; an index that it wrote but did not record is recorded. A table that was lost comes back the same way.
 * Files that are not ours, or not whole, stay where they are and are named in the log.
 */
export async function reconcilePublished(publisher: PoolPublisher): Promise<Reconciled> {
  const { pool, db, log } = publisher;
  const { published: directory, work } = publisher.paths;
  await removeTree(work);
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const index = await readIndex(directory);
  const [rows, recorded] = [await loadPublished(db, pool), await currentIndex(db, pool)];
  const plan = planReconcile({ entries: index?.entries ?? [], files: await listGpkgs(directory), rows });
  if (plan.lost.length > 0) log.error({ paths: plan.lost }, 'index names packages that are not there');
  const standing = rows.filter((row) => !plan.withdrawn.includes(row.id));
  const adopted = await adoptOrphans(publisher, plan.orphans, knownKeys(plan.kept, standing, pool));

  const wentBack = recorded !== undefined && index !== undefined && index.facts.timestamp < recorded.timestamp;
  const isRight = index?.isConsistent && plan.lost.length === 0 && adopted.length === 0 && !wentBack;
  const header = isRight ? index.header : { ...(await publisher.header()), ...revisionsOf(index?.header) };
  const timestamp = nextTimestamp(publisher.clock.nowMs(), [index?.facts.timestamp ?? 0, recorded?.timestamp ?? 0]);
  const facts = isRight
    ? index.facts
    : await writeIndex(directory, { header, entries: [...plan.kept, ...adopted] }, timestamp);

  const packages = await recoverRows(publisher, [...plan.unrecorded, ...adopted], header, facts.timestamp);
  const result = {
    entries: facts.entries,
    timestamp: facts.timestamp,
    adopted: adopted.length,
    recovered: packages.length,
    withdrawn: plan.withdrawn.length,
  };
  const isRecorded = recorded?.timestamp === facts.timestamp && recorded.sha256 === facts.sha256;
  if (isRecorded && packages.length === 0 && plan.withdrawn.length === 0) return { ...result, changed: false };
  await db.transaction(async (tx) => {
    await withdrawPublished(tx, plan.withdrawn);
    await recordPublished(tx, pool, { packages, index: facts });
    await notifyChannel(tx, CHANNELS.changed);
  });
  return { ...result, changed: true };
}

/** What stands in a pool's index now, and what had to be done for it. */
export interface Reconciled {
  changed: boolean;
  entries: number;
  timestamp: number;
  /** Placed packages that the index did not name. */
  adopted: number;
  /** Rows that the table lacked. */
  recovered: number;
  /** Rows whose package is gone: nodes that waited for it wait again. */
  withdrawn: number;
}

function revisionsOf(header: Entry | undefined): Entry {
  return header?.REPO_REVISIONS ? { REPO_REVISIONS: header.REPO_REVISIONS } : {};
}

function knownKeys(entries: readonly Entry[], rows: readonly { variantKey: string }[], pool: string): Set<string> {
  const fromEntries = entries.map(
    (entry) => rowFromEntry(entry, {}, { pool, sha512: '', indexTimestamp: 0 })?.variantKey,
  );
  return new Set([...rows.map((row) => row.variantKey), ...fromEntries.filter((key) => key !== undefined)]);
}

/** Entries for files that no entry names and that we signed. */
async function adoptOrphans(publisher: PoolPublisher, paths: readonly string[], keys: Set<string>): Promise<Entry[]> {
  const adopted: Entry[] = [];
  for (const path of paths) {
    const entry = await readOrphan(publisher, path).catch((error: Error) => error.message);
    const row =
      typeof entry === 'string'
        ? undefined
        : rowFromEntry(entry, {}, { pool: publisher.pool, sha512: '', indexTimestamp: 0 });
    if (typeof entry === 'string' || !row || keys.has(row.variantKey)) {
      const why = typeof entry === 'string' ? entry : 'the same variant is already published';
      publisher.log.warn({ path, why }, 'left a file alone that the index does not name');
      continue;
    }
    keys.add(row.variantKey);
    adopted.push(entry);
    publisher.log.warn({ path }, 'took a placed package into the index');
  }
  return adopted;
}

/** @returns its entry, or why it is not ours */
async function readOrphan({ paths, gpg, fingerprint }: PoolPublisher, path: string): Promise<Entry | string> {
  const file = join(paths.published, path);
  const checked = await checkGpkg(file);
  const { metadata } = checked;
  const buildId = buildNumber(path, metadata.pf);
  if (buildId === undefined || path !== `${metadata.cp}/${metadata.pf}-${buildId}.gpkg.tar`)
    return 'not a name of ours';
  if (!checked.isSigned || (await runVerify(gpg, checked.manifestText)) !== fingerprint) return 'not signed by our key';
  return indexEntry(metadata, { ...checked, path, buildId, mtime: await mtimeOf(file) });
}

/** Modification time in whole seconds, as an index carries it. */
export async function mtimeOf(file: string): Promise<number> {
  return Math.floor((await stat(file)).mtimeMs / 1000);
}

async function recoverRows(
  { pool, paths, log }: PoolPublisher,
  entries: readonly Entry[],
  header: Entry,
  indexTimestamp: number,
): Promise<NewPublishedPackage[]> {
  const rows: NewPublishedPackage[] = [];
  for (const entry of entries) {
    const path = entry.PATH ?? '';
    const row = rowFromEntry(entry, header, {
      pool,
      sha512: await sha512Of(join(paths.published, path)),
      indexTimestamp,
    });
    if (row) rows.push(row);
    else log.error({ path }, 'index entry can not be read');
  }
  return rows;
}

async function sha512Of(file: string): Promise<string> {
  const hash = createHash('sha512');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
