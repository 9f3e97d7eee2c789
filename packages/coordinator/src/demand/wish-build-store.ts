import type { BuildState, WishState } from '@binhost/shared/protocol';
import { sql } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import type { WillHave } from './will-have.ts';

/**
 * Read-only looks at how far the builds of wishes are. The step queue owns `builds`; a build that has not ended is the newest
 * of its variant, by its partial unique index, and one that a person cancelled is not followed by another. A build that was
 * published just before its wish was moved shows as none.
 */

/** A live wish with the build that serves it. */
export interface WishWithBuild {
  cpv: string;
  useEnabled: string[];
  bindings: WillHave[];
  state: WishState;
  reasonCode: string | null;
  reason: string | null;
  publishedBuildId: number | null;
  stateSinceMs: number;
  /** null: there is none that is live or cancelled. */
  buildState: BuildState | null;
  buildReason: string | null;
}

/** The node's live wishes in the order of its merge list. */
export async function loadWishesWithBuilds(db: Database, nodeId: string): Promise<WishWithBuild[]> {
  const rows = await db.execute<Record<string, unknown>>(sql`
    select w.cpv, to_json(w.use_enabled) as use_enabled, w.bindings, w.state, w.reason_code, w.reason, w.published_build_id,
      (extract(epoch from w.state_since) * 1000)::bigint::text as since_ms, b.state as build_state, b.reason as build_reason
    from wishes w
    left join builds b on b.id = (
      select max(id) from builds where variant_key = w.variant_key and state <> 'superseded') and b.state <> 'published'
    where w.node_id = ${nodeId} and w.state <> 'gone'
    order by w.position, w.id`);
  return rows.map((row) => ({
    cpv: row.cpv as string,
    useEnabled: row.use_enabled as string[],
    bindings: row.bindings as WillHave[],
    state: row.state as WishState,
    reasonCode: row.reason_code as string | null,
    reason: row.reason as string | null,
    publishedBuildId: row.published_build_id as number | null,
    stateSinceMs: Number(row.since_ms),
    buildState: row.build_state as BuildState | null,
    buildReason: row.build_reason as string | null,
  }));
}

/** How many of these variants are being built, or will be without anybody's hand. */
export async function countBuilding(db: Database, variantKeys: readonly string[]): Promise<number> {
  if (variantKeys.length === 0) return 0;
  const rows = await db.execute<{ stopped: number }>(sql`
    select count(distinct variant_key)::int as stopped from builds b
    where variant_key in ${[...new Set(variantKeys)]} and state in ('failed', 'held', 'quarantined', 'cancelled')
      and not exists (select 1 from builds newer where newer.variant_key = b.variant_key and newer.id > b.id)`);
  return Math.max(0, new Set(variantKeys).size - (rows[0]?.stopped ?? 0));
}

/** Which of these variants have a build that failed and waits for a person or another ebuild. */
export async function loadFailedVariants(db: Database, variantKeys: readonly string[]): Promise<Set<string>> {
  if (variantKeys.length === 0) return new Set();
  const rows = await db.execute<{ key: string }>(sql`
    select variant_key as key from builds
    where variant_key in ${[...new Set(variantKeys)]} and state = 'failed'`);
  return new Set(rows.map(({ key }) => key));
}

/** A failed build that a node waits for. */
export interface FailureOfNode {
  nodeId: string;
  buildId: number;
  attemptCount: number;
}

/** Failed builds, with each node that waits for one and has rows that are no demand because they are only needed to build. */
export async function loadFailuresOfNodes(db: Database): Promise<FailureOfNode[]> {
  const rows = await db.execute<{ node: string; build: string; attempts: number }>(sql`
    select w.node_id as node, b.id::text as build, b.attempt_count as attempts
    from builds b join wishes w on w.variant_key = b.variant_key
    where b.state = 'failed' and w.state = 'waiting' and exists (
      select 1 from wishes o where o.node_id = w.node_id and o.state = 'excluded' and o.reason_code = 'build-only')`);
  return rows.map(({ node, build, attempts }) => ({ nodeId: node, buildId: Number(build), attemptCount: attempts }));
}

/** Node → digest of all that its `wishes` snapshot is made of; nodes without live wishes are absent. One look at all wishes. */
export async function loadWishDigests(db: Database): Promise<Map<string, string>> {
  const rows = await db.execute<{ node: string; digest: string }>(sql`
    select w.node_id as node, md5(string_agg(concat_ws('|', w.id, w.position, w.state, w.reason_code, w.reason,
      w.published_build_id, w.state_since, b.id, b.state, b.reason), ';' order by w.id)) as digest
    from wishes w
    left join builds b on b.id = (
      select max(id) from builds where variant_key = w.variant_key and state <> 'superseded') and b.state <> 'published'
    where w.state <> 'gone'
    group by w.node_id`);
  return new Map(rows.map(({ node, digest }) => [node, digest]));
}
