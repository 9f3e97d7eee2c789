import { BUILD_STATES, type BuildState } from '@binhost/shared/protocol';
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { BoundDependency, FacePackage } from './build-job.ts';
import { FAILURE_KINDS, type FailureKind, LEASED_BUILD_STATES, LIVE_BUILD_STATES } from './build-state.ts';
import {
  POLICY_KINDS,
  POLICY_STAGES,
  POLICY_VERDICTS,
  type PolicyKind,
  type PolicyStage,
  type PolicyVerdict,
} from './decide-policy.ts';

/** Tables of the step queue. Nobody else writes them; builders and publishers do it through build-store.ts and lease-store.ts. */

const inList = (values: readonly string[]): string => values.map((value) => `'${value}'`).join(', ');

export const builds = pgTable(
  'builds',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    variantKey: text('variant_key').notNull(),
    pool: text().notNull(),
    cpv: text().notNull(),
    slot: text().notNull(),
    subslot: text().notNull(),
    repository: text().notNull(),
    useEnabled: text('use_enabled').array().notNull(),
    useDisabled: text('use_disabled').array().notNull(),
    bindings: jsonb().$type<BoundDependency[]>().notNull(),
    /** MD5 of the ebuild when the build was planned: another one is a reason to try a failed build again. null: unknown. */
    ebuildMd5: text('ebuild_md5'),
    /** Which face the build root takes on; rows of `faces`. */
    faceDigest: text('face_digest').notNull(),
    state: text().$type<BuildState>().notNull(),
    stateSince: timestamp('state_since', { withTimezone: true }).notNull().defaultNow(),
    /** Why it is in this state, for a person; never empty while it waits. */
    reason: text().notNull(),
    failureKind: text('failure_kind').$type<FailureKind>(),
    /** Higher is sooner. */
    priority: doublePrecision().notNull().default(0),
    /** Builds that must be published before this one may start. */
    missing: integer().notNull().default(0),
    notBefore: timestamp('not_before', { withTimezone: true }).notNull().defaultNow(),
    attemptCount: integer('attempt_count').notNull().default(0),
    /** Who wants it to wait, while it is held or quarantined. */
    heldBy: text('held_by').$type<'person' | 'policy' | 'check'>(),
    /** A person let it be built: no policy holds it again. */
    approvedToBuild: boolean('approved_to_build').notNull().default(false),
    /** The attempt (its number) whose packages a person let be published as they are. */
    approvedAttempt: integer('approved_attempt'),
    /** Attempts up to this number are forgiven: a person asked for another try. */
    forgivenAttempts: integer('forgiven_attempts').notNull().default(0),
    /** Ids of the nodes that waited for it when it was planned; policies look at them. */
    nodes: text().array().notNull().default([]),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('builds_live_once')
      .on(table.variantKey)
      .where(sql.raw(`state in (${inList(LIVE_BUILD_STATES)})`)),
    // Two variants of one package never run at once: they would write the same file names.
    uniqueIndex('builds_running_once')
      .on(table.pool, table.cpv)
      .where(sql.raw(`state in (${inList(LEASED_BUILD_STATES)})`)),
    index('builds_by_variant').on(table.variantKey, table.id),
    index('builds_claimable').on(table.pool, table.priority).where(sql`state = 'queued'`),
    check('builds_state', sql.raw(`state in (${inList(BUILD_STATES)})`)),
    check('builds_failure_kind', sql.raw(`failure_kind in (${inList(FAILURE_KINDS)})`)),
  ],
);

export const buildDependencies = pgTable(
  'build_dependencies',
  {
    buildId: bigint('build_id', { mode: 'number' })
      .notNull()
      .references(() => builds.id),
    needsBuildId: bigint('needs_build_id', { mode: 'number' })
      .notNull()
      .references(() => builds.id),
    /** The needed build has ended, and the counter `missing` was lowered for it. */
    met: boolean().notNull().default(false),
  },
  (table) => [
    primaryKey({ columns: [table.buildId, table.needsBuildId] }),
    index('build_dependencies_needs').on(table.needsBuildId),
  ],
);

/** What the demanding node's other packages look like, shared by all builds that take on the same face. */
export const faces = pgTable('faces', {
  /** SHA-256 of the canonical JSON of `packages`, hex, first 32 characters. */
  digest: text().primaryKey(),
  packages: jsonb().$type<FacePackage[]>().notNull(),
});

export const builders = pgTable('builders', {
  id: uuid().primaryKey(),
  name: text().notNull(),
  mode: text().$type<'overlay' | 'host'>().notNull(),
  pools: text().array().notNull(),
  version: text().notNull(),
  startedAt: timestamp('started_at', { withTimezone: true }).notNull().defaultNow(),
  seenAt: timestamp('seen_at', { withTimezone: true }).notNull().defaultNow(),
  stoppedAt: timestamp('stopped_at', { withTimezone: true }),
});

export const attempts = pgTable(
  'attempts',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    buildId: bigint('build_id', { mode: 'number' })
      .notNull()
      .references(() => builds.id),
    /** 1 for the first try at this build. */
    number: integer().notNull(),
    builderId: uuid('builder_id')
      .notNull()
      .references(() => builders.id),
    /** Every write of the builder names it: a late builder finds 0 rows and kills its build. */
    leaseToken: uuid('lease_token').notNull(),
    /** Raised by every renewal. The lease is taken back when this stood still for the lease's length on the reclaimer's monotonic clock. */
    leaseRenewals: bigint('lease_renewals', { mode: 'number' }).notNull().default(0),
    startedAt: timestamp('started_at', { withTimezone: true }).notNull().defaultNow(),
    /** null while it runs, and while its files wait in staging. */
    endedAt: timestamp('ended_at', { withTimezone: true }),
    outcome: text().$type<AttemptOutcome>(),
    /** The sentence that explains the outcome. */
    outcomeText: text('outcome_text'),
    /** Ebuild phase that failed, where one did. */
    phase: text(),
    /** Log file below the log directory. */
    logPath: text('log_path').notNull(),
    /** What the attempt was made with: argv of each step, the face that was written, what autounmask added. */
    record: jsonb().$type<Record<string, unknown>>(),
  },
  (table) => [unique('attempts_once').on(table.buildId, table.number)],
);

/** How an attempt ended; the first reason wins. */
export type AttemptOutcome = 'built' | 'package' | 'fetch' | 'config' | 'machinery' | 'lease-lost' | 'cancelled';

/** What people decided about builds in general; queue/policy-store.ts. */
export const policies = pgTable(
  'policies',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    kind: text().$type<PolicyKind>().notNull(),
    /** A package atom without version (`category/name`, `category/*`), a repository, a pool, or a node's id. */
    scope: text().notNull(),
    verdict: text().$type<PolicyVerdict>().notNull(),
    stage: text().$type<PolicyStage>().notNull(),
    /** Why, in the words of whoever decided; may be empty. */
    reason: text().notNull().default(''),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    unique('policies_once').on(table.kind, table.scope, table.stage),
    check('policies_kind', sql.raw(`kind in (${inList(POLICY_KINDS)})`)),
    check('policies_verdict', sql.raw(`verdict in (${inList(POLICY_VERDICTS)})`)),
    check('policies_stage', sql.raw(`stage in (${inList(POLICY_STAGES)})`)),
  ],
);
