import { constants, copyFile, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { bindingText } from '@binhost/shared/portage';
import type { IndexFacts } from '@binhost/shared/protocol';
import { coordinatorError } from '../coordinator-errors.ts';
import type { Logger } from '../log.ts';
import { settlePublished } from '../queue/build-store.ts';
import { decidePolicy } from '../queue/decide-policy.ts';
import { failPublishing, finishPublishing, type PublishJob, quarantineBuild } from '../queue/lease-store.ts';
import { loadPolicies } from '../queue/policy-read-store.ts';
import { type CheckedGpkg, checkGpkg } from './check-gpkg.ts';
import { indexEntry } from './index-entry.ts';
import { readIndex, writeIndex } from './index-file.ts';
import { mergeRevisions, nextTimestamp } from './index-header.ts';
import { isPlainDirectory, openUntrusted } from './open-untrusted.ts';
import { type HandedOver, type Publication, type PublicationItem, planPublication } from './plan-publication.ts';
import type { PoolPublisher } from './pool-publisher.ts';
import { listGpkgs, type Placed, placeFile, removeTree } from './published-directory.ts';
import {
  currentIndex,
  highestBuildNumber,
  type NewPublishedPackage,
  publishedOfVersions,
  recordPublished,
  renameVariant,
} from './published-store.ts';
import { readBuildRoot } from './read-build-root.ts';
import { mtimeOf } from './reconcile-published.ts';
import { runVerify } from './run-gpg.ts';
import { runGpkgSign } from './run-gpkg-sign.ts';

/**
 * Publishes what one attempt handed over. In: a job in the state `publishing`. Out: packages in the index and the job
 * `published`, or the job failed because of what was handed over.
 *
 * Every step may be the last before a kill; the next start (reconcilePublished, then this again) finishes or undoes it:
 *   while it checks and signs     copies lie in the work directory, which is emptied at start
 *   after a package was placed    it is whole and signed by us: taken into the index at start
 *   after the index was written   rows that are missing are recovered from it at start
 *   in both cases this runs again, finds the variant published, and finishes the job
 *   after the job was finished    the hand-over directory is left, and removed at start (sweepStaging)
 *
 * @throws anything that is no fault of the hand-over (signing, disk, database): the files stay, the job can be tried again
 */
export async function publishAttempt(publisher: PoolPublisher, job: PublishJob): Promise<void> {
  const log = publisher.log.child({ buildId: job.buildId, attemptId: job.attemptId });
  const staging = join(publisher.paths.staging, String(job.attemptId));
  const asked = job.isApproved
    ? undefined
    : decidePolicy(await loadPolicies(publisher.db), { ...job, stage: 'publish' });
  if (asked && asked.verdict !== 'auto') return quarantine(publisher, job, { reason: asked.reason, heldBy: 'policy' });
  log.info({ cpv: job.cpv }, 'publishing build');
  const plan = await planHandOver(publisher, job, staging);
  for (const drop of plan.dropped) log.info(drop, 'left a package behind');
  await publisher.assertLocked();
  if (plan.quarantine !== undefined) return quarantine(publisher, job, { reason: plan.quarantine, heldBy: 'check' });
  if (plan.failure !== undefined) {
    log.warn({ why: plan.failure }, 'hand-over refused');
    await removeHandOver(staging, log);
    const { buildId, attemptId } = job;
    await failPublishing(publisher.db, { buildId, attemptId, text: plan.failure, policy: publisher.config.build });
    return;
  }
  const placed = await placeAll(publisher, staging, plan.publish);
  const index = placed.length > 0 ? await extendIndex(publisher, placed) : undefined;
  await settle({ publisher, job, plan, placed, index });
  await removeHandOver(staging, log);
  log.info({ packages: placed.map(({ place }) => place.path), timestamp: index?.timestamp }, 'published build');
}

/** The files stay in staging until a person has decided. */
async function quarantine(
  { db, log }: PoolPublisher,
  { buildId, attemptId }: PublishJob,
  why: { reason: string; heldBy: 'policy' | 'check' },
): Promise<void> {
  await quarantineBuild(db, { buildId, ...why });
  log.warn({ buildId, attemptId, ...why }, 'build waits for a person');
}

/** What can't be removed costs room and nothing else. */
async function removeHandOver(staging: string, log: Logger): Promise<void> {
  await removeTree(staging).catch((err: unknown) => log.warn({ err, staging }, 'could not remove hand-over'));
}

async function planHandOver(
  { db, pool, config }: PoolPublisher,
  job: PublishJob,
  staging: string,
): Promise<Publication> {
  const handedOver = await lookThrough(staging, config.publish);
  const cpvs = handedOver.flatMap(({ result }) => ('broken' in result ? [] : [result.cpv]));
  const published = await publishedOfVersions(db, pool, [job.cpv, ...cpvs]);
  const root = job.isApproved ? undefined : await readBuildRoot(staging);
  return planPublication({ wanted: job, handedOver, published, root });
}

/** Every package of a hand-over, with what it is, or one sentence that says why it can't be used. */
export async function lookThrough(directory: string, { maxPackage }: { maxPackage: number }): Promise<HandedOver[]> {
  const handedOver: HandedOver[] = [];
  const found = (await isPlainDirectory(directory)) ? await listGpkgs(directory) : [];
  for (const { path, size } of found) {
    const isLarge = size > maxPackage;
    const result = isLarge
      ? { broken: `${path} has ${size} bytes, more than publish.maxPackage (${maxPackage})` }
      : await checkOrWhyNot(join(directory, path));
    handedOver.push({ path, result });
  }
  return handedOver;
}

async function checkOrWhyNot(file: string): Promise<HandedOver['result']> {
  try {
    return (await checkGpkg(file)).metadata;
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'PACKAGE_BROKEN') throw error;
    return { broken: (error as Error).message };
  }
}

/** A package that stands signed in the published directory, and in no index yet. */
export interface PlacedPackage {
  item: PublicationItem;
  checked: CheckedGpkg;
  place: Placed;
  mtime: number;
}

/** Signs all before it places the first: a key that is out of reach leaves nothing half done. */
export async function placeAll(
  publisher: PoolPublisher,
  staging: string,
  items: readonly PublicationItem[],
): Promise<PlacedPackage[]> {
  const { published, work } = publisher.paths;
  await removeTree(work);
  await mkdir(work, { recursive: true, mode: 0o700 });
  const signed: { item: PublicationItem; checked: CheckedGpkg; file: string }[] = [];
  for (const [number, item] of items.entries()) {
    const file = join(work, `${number}.gpkg.tar`);
    signed.push({ item, file, checked: await signCopy(publisher, { from: join(staging, item.path), file, item }) });
  }
  await publisher.assertLocked();
  const placed: PlacedPackage[] = [];
  for (const { item, checked, file } of signed) {
    const { cp, pf, cpv } = item.metadata;
    const mtime = await mtimeOf(file);
    const afterNumber = await highestBuildNumber(publisher.db, publisher.pool, cpv);
    placed.push({ item, checked, mtime, place: await placeFile(file, published, { cp, pf, afterNumber }) });
  }
  return placed;
}

/**
 * A signed copy of a handed-over file, proven: the signature is of our key, and what is in it is what was looked at before.
 * The copy is ours, so nothing that still has the hand-over open can change it.
 */
async function signCopy(
  { gpg, fingerprint, config }: PoolPublisher,
  { from, file, item }: { from: string; file: string; item: PublicationItem },
): Promise<CheckedGpkg> {
  await copyUntrusted(from, file);
  await runGpkgSign(file, { gpkgSign: config.portage.gpkgSign, gpg, fingerprint });
  const handle = await open(file, 'r+');
  try {
    await handle.chmod(0o644);
    await handle.sync();
  } finally {
    await handle.close();
  }
  const checked = await checkGpkg(file);
  const signer = checked.isSigned ? await runVerify(gpg, checked.manifestText) : undefined;
  const isSame = JSON.stringify(checked.metadata) === JSON.stringify(item.metadata);
  if (signer === fingerprint && isSame) return checked;
  throw coordinatorError(
    'SIGNING_FAILED',
    `expected ${item.path} signed by ${fingerprint}, got ${isSame ? (signer ?? 'no good signature') : 'other contents'}`,
    { hint: 'Check that gpkg-sign works for the user of the publisher.', retryable: true },
  );
}

async function copyUntrusted(from: string, to: string): Promise<void> {
  const handle = await openUntrusted(from);
  if (!handle) {
    throw coordinatorError('SIGNING_FAILED', `expected the regular file ${from}, which was there before, found none`, {
      hint: 'Somebody else writes to the staging directory: see who may.',
      retryable: true,
    });
  }
  try {
    // By what is open, not by its name; the kernel shares the blocks where the file system can.
    await copyFile(`/proc/self/fd/${handle.fd}`, to, constants.COPYFILE_FICLONE);
  } finally {
    await handle.close();
  }
}

/** Writes the index with the new packages in it; the index on disk decides what else stands there. */
export async function extendIndex(publisher: PoolPublisher, placed: readonly PlacedPackage[]): Promise<IndexFacts> {
  const { published: directory } = publisher.paths;
  const current = await readIndex(directory);
  const recorded = await currentIndex(publisher.db, publisher.pool);
  const added = placed.map(({ item, checked, place, mtime }) =>
    indexEntry(item.metadata, { ...checked, ...place, mtime }),
  );
  const revisions = placed.map(({ item }) => item.metadata.values.REPO_REVISIONS ?? '');
  const header = {
    ...(await publisher.header()),
    REPO_REVISIONS: mergeRevisions(current?.header.REPO_REVISIONS, revisions),
  };
  const timestamp = nextTimestamp(publisher.clock.nowMs(), [current?.facts.timestamp ?? 0, recorded?.timestamp ?? 0]);
  await publisher.assertLocked();
  return writeIndex(directory, { header, entries: [...(current?.entries ?? []), ...added] }, timestamp);
}

interface Settlement {
  publisher: PoolPublisher;
  job: PublishJob;
  plan: Publication;
  placed: readonly PlacedPackage[];
  index: IndexFacts | undefined;
}

/** One transaction: the rows, the job, and whoever waited for any of the variants. */
async function settle({ publisher, job, plan, placed, index }: Settlement): Promise<void> {
  const { db, pool } = publisher;
  const { buildId, attemptId, variantKey } = job;
  const target = placed.find(({ item }) => !item.byProduct);
  const text = target ? `published as ${target.place.path}` : 'the same variant was already published';
  await db.transaction(async (tx) => {
    if (index) {
      const packages = placed.map((one) => rowOf(one, { pool, attemptId, indexTimestamp: index.timestamp }));
      await recordPublished(tx, pool, { packages, index });
    }
    if (plan.publishedAs !== undefined) await renameVariant(tx, plan.publishedAs, variantKey);
    await finishPublishing(tx, { buildId, attemptId, text });
    await settlePublished(tx, [variantKey, ...placed.map(({ item }) => item.variantKey)], buildId);
  });
}

export function rowOf(
  { item, checked, place }: PlacedPackage,
  facts: { pool: string; attemptId: number | null; indexTimestamp: number },
): NewPublishedPackage {
  const { metadata, variant, variantKey, byProduct } = item;
  const { cpv, repository, slot, subslot, useEnabled, buildTime } = metadata;
  const bindings = variant.bindings.map(bindingText).sort();
  const what = { cpv, repository, slot, subslot, useEnabled, bindings, variantKey, byProduct, buildTime };
  return { ...facts, ...what, ...place, size: checked.size, sha512: checked.sha512 };
}
