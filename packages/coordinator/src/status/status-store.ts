import type { BuildState } from '@binhost/shared/protocol';
import { and, count, desc, eq, inArray, isNull, max, min, ne, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { operatorWishes, wishes } from '../demand/demand-tables.ts';
import { nodes, reports } from '../ingest/report-tables.ts';
import { publishedIndexes, publishedPackages } from '../publish/published-tables.ts';
import { attempts, builders, builds } from '../queue/build-tables.ts';
import { chores, faults } from '../queue/chore-tables.ts';
import type {
  AttemptRow,
  BuilderRow,
  BuildRow,
  IndexRow,
  NodeRow,
  StatusRows,
  WishCount,
  WishRow,
} from './status-rows.ts';

/** Read-only queries over the tables of all steps. Nothing here writes. */

const FAILED_SHOWN = 20;
const STOPPED_SHOWN = 20;
/** A builder that has neither stopped nor been seen for this long is no longer listed. */
const BUILDERS_SHOWN_DAYS = 7;

export async function isDatabaseAlive(db: Database): Promise<boolean> {
  await db.execute(sql`select 1`);
  return true;
}

export async function loadStatusRows(db: Database): Promise<StatusRows> {
  const [nodeRows, wishCounts, buildCounts, active, stopped, failed, builderRows, machine, indexes, times] =
    await Promise.all([
      loadNodes(db),
      loadWishCounts(db),
      db.select({ state: builds.state, count: count() }).from(builds).groupBy(builds.state),
      loadBuilds(db, { states: ['leased', 'building', 'built', 'publishing'] }),
      loadBuilds(db, { states: ['held', 'quarantined'], limit: STOPPED_SHOWN }),
      loadBuilds(db, { states: ['failed'], limit: FAILED_SHOWN }),
      loadBuilders(db),
      loadMachine(db),
      loadIndexes(db),
      loadTimes(db),
    ]);
  return {
    nodes: nodeRows,
    wishCounts,
    buildCounts,
    active,
    stopped,
    failed,
    builders: builderRows,
    ...machine,
    indexes,
    ...times,
  };
}

async function loadMachine(db: Database): Promise<Pick<StatusRows, 'chores' | 'faults' | 'usualSeconds'>> {
  const [newest, stopped, seconds] = await Promise.all([
    db.selectDistinctOn([chores.kind]).from(chores).orderBy(chores.kind, desc(chores.id)),
    db.select().from(faults).orderBy(faults.process, faults.name),
    loadUsualSeconds(db),
  ]);
  return { chores: newest, faults: stopped, usualSeconds: seconds };
}

/** Of packages that are being built now, how long their newest finished attempt took. */
async function loadUsualSeconds(db: Database): Promise<Map<string, number>> {
  const rows = await db.execute<{ name: string; seconds: number }>(sql`
    select distinct on (now.cpv) now.cpv as name, extract(epoch from a.ended_at - a.started_at)::float8 as seconds
    from builds now
    join builds b on regexp_replace(b.cpv, '-[0-9][^-]*(-r[0-9]+)?$', '') = regexp_replace(now.cpv, '-[0-9][^-]*(-r[0-9]+)?$', '')
    join attempts a on a.build_id = b.id
    where now.state = 'building' and a.outcome = 'built' and a.ended_at is not null
    order by now.cpv, a.ended_at desc`);
  return new Map(rows.map(({ name, seconds }) => [name, seconds]));
}

/** @param name only this node */
export async function loadNodes(db: Database, name?: string): Promise<NodeRow[]> {
  const newest = db
    .selectDistinctOn([reports.nodeId], {
      nodeId: reports.nodeId,
      number: reports.number,
      lookedAt: reports.lookedAt,
      outcome: reports.outcome,
      problems: sql<number>`jsonb_array_length(${reports.body} -> 'problems')`.as('problems'),
    })
    .from(reports)
    .orderBy(reports.nodeId, desc(reports.id))
    .as('newest');
  const rows = await db
    .select()
    .from(nodes)
    .leftJoin(newest, eq(newest.nodeId, nodes.id))
    .where(name === undefined ? undefined : eq(nodes.name, name))
    .orderBy(nodes.name);
  return rows.map(({ nodes: node, newest: report }) => ({ ...node, report }));
}

export async function loadWishCounts(db: Database): Promise<WishCount[]> {
  return db
    .select({ nodeId: wishes.nodeId, state: wishes.state, count: count() })
    .from(wishes)
    .where(ne(wishes.state, 'gone'))
    .groupBy(wishes.nodeId, wishes.state);
}

/** Live wishes of all nodes, with the newest build of each variant. @param cp only of this package, category/name */
export async function loadWishes(db: Database, cp?: string): Promise<WishRow[]> {
  const newest = db
    .selectDistinctOn([builds.variantKey], {
      id: builds.id,
      variantKey: builds.variantKey,
      state: builds.state,
      reason: builds.reason,
    })
    .from(builds)
    .orderBy(builds.variantKey, desc(builds.id))
    .as('newest');
  const rows = await db
    .select()
    .from(wishes)
    .innerJoin(nodes, eq(nodes.id, wishes.nodeId))
    .leftJoin(newest, eq(newest.variantKey, wishes.variantKey))
    .where(and(ne(wishes.state, 'gone'), cp === undefined ? undefined : isOfPackage(wishes.cpv, cp)))
    .orderBy(nodes.name, wishes.position, wishes.id);
  return rows.map(({ wishes: wish, nodes: node, newest: build }) => ({ ...wish, nodeName: node.name, build }));
}

export interface BuildFilter {
  states?: readonly BuildState[];
  id?: number;
  /** category/name */
  cp?: string;
  /** Newest first. */
  limit?: number;
}

export async function loadBuilds(db: Database, { states, id, cp, limit = 1000 }: BuildFilter): Promise<BuildRow[]> {
  const conditions: (SQL | undefined)[] = [
    states && inArray(builds.state, [...states]),
    id === undefined ? undefined : eq(builds.id, id),
    cp === undefined ? undefined : isOfPackage(builds.cpv, cp),
  ];
  return db
    .select()
    .from(builds)
    .where(and(...conditions))
    .orderBy(desc(builds.id))
    .limit(limit);
}

/** True for every version; callers look closer: `category/name-extra-1` begins alike. */
function isOfPackage(cpv: typeof builds.cpv | typeof wishes.cpv, cp: string): SQL {
  return sql`starts_with(${cpv}, ${`${cp}-`})`;
}

/** cpv of everything that was ever wished for, built or published, each once. */
export async function loadKnownPackages(db: Database): Promise<string[]> {
  const rows = await Promise.all([
    db.selectDistinct({ cpv: wishes.cpv }).from(wishes),
    db.selectDistinct({ cpv: builds.cpv }).from(builds),
    db.selectDistinct({ cpv: publishedPackages.cpv }).from(publishedPackages),
  ]);
  return [...new Set(rows.flat().map(({ cpv }) => cpv))];
}

/** All that stands in the indexes. */
export async function loadPublishedPackages(db: Database) {
  const { id, pool, cpv, slot, path, size, variantKey, buildTime, publishedAt, withdrawnAt } = publishedPackages;
  return db
    .select({ id, pool, cpv, slot, path, size, variantKey, buildTime, publishedAt })
    .from(publishedPackages)
    .where(isNull(withdrawnAt));
}

/** Variants that a node wishes for, in whatever state, or that the operator asked for. */
export async function loadWishedVariants(db: Database): Promise<Set<string>> {
  const rows = await Promise.all([
    db.selectDistinct({ key: wishes.variantKey }).from(wishes).where(ne(wishes.state, 'gone')),
    db.select({ key: operatorWishes.variantKey }).from(operatorWishes),
  ]);
  return new Set(rows.flat().map(({ key }) => key));
}

/** Attempts of these builds, oldest first. */
export async function loadAttempts(db: Database, buildIds: readonly number[]): Promise<AttemptRow[]> {
  if (buildIds.length === 0) return [];
  const rows = await db
    .select()
    .from(attempts)
    .innerJoin(builders, eq(builders.id, attempts.builderId))
    .where(inArray(attempts.buildId, [...buildIds]))
    .orderBy(attempts.id);
  return rows.map(({ attempts: attempt, builders: builder }) => ({ ...attempt, builderName: builder.name }));
}

export async function loadBuilders(db: Database): Promise<BuilderRow[]> {
  return db
    .select()
    .from(builders)
    .where(sql`${builders.seenAt} > now() - make_interval(days => ${BUILDERS_SHOWN_DAYS})`)
    .orderBy(builders.name, desc(builders.seenAt));
}

export async function loadIndexes(db: Database): Promise<IndexRow[]> {
  return db.select().from(publishedIndexes).orderBy(publishedIndexes.pool);
}

/** @returns those of the names whose session lock (db/session-lock.ts) somebody holds in this database */
export async function loadHeldLocks(db: Database, names: readonly string[]): Promise<string[]> {
  const rows = await db.execute<{ name: string }>(sql`
    select name from jsonb_array_elements_text(${JSON.stringify(names)}::jsonb) as name
    where exists (
      select from pg_locks
      where locktype = 'advisory' and granted and objsubid = 1
        and database = (select oid from pg_database where datname = current_database())
        and ((classid::bigint << 32) | objid::bigint) = hashtextextended(name, 0)
    )`);
  return rows.map(({ name }) => name);
}

async function loadTimes(db: Database): Promise<Pick<StatusRows, 'claimableSince' | 'lastAttemptAt' | 'builtSince'>> {
  const claimable = sql`${builds.notBefore} <= now()`;
  const [[queued], [built], [attempt]] = await Promise.all([
    db
      .select({ since: min(builds.stateSince) })
      .from(builds)
      .where(and(eq(builds.state, 'queued'), claimable)),
    db
      .select({ since: min(builds.stateSince) })
      .from(builds)
      .where(eq(builds.state, 'built')),
    db.select({ began: max(attempts.startedAt), ended: max(attempts.endedAt) }).from(attempts),
  ]);
  return {
    claimableSince: queued?.since ?? null,
    builtSince: built?.since ?? null,
    lastAttemptAt: later(attempt?.began ?? null, attempt?.ended ?? null),
  };
}

function later(a: Date | null, b: Date | null): Date | null {
  if (a === null || b === null) return a ?? b;
  return a > b ? a : b;
}
