import { and, asc, desc, eq, inArray, sql } from 'drizzle-orm';
import { CHANNELS } from '../db/channels.ts';
import type { Database } from '../db/database.ts';
import { notifyChannel } from '../db/notify-store.ts';
import { builds } from './build-tables.ts';
import type { Chore, ChoreKind } from './chore-state.ts';
import { chores } from './chore-tables.ts';

/** A running chore that its builder has not touched for this long is given to another; a chore may be done twice. */
const SILENCE_MINUTES = 5;

/** Asks for a chore; while one of its kind is asked for or running, that one is meant. */
export async function requestChore(db: Database, kind: ChoreKind, askedBy: string): Promise<Chore> {
  for (;;) {
    const [created] = await db.insert(chores).values({ kind, askedBy }).onConflictDoNothing().returning();
    if (created) {
      await notifyChannel(db, CHANNELS.chores);
      return created;
    }
    const [live] = await db
      .select()
      .from(chores)
      .where(and(eq(chores.kind, kind), inArray(chores.state, ['asked', 'running'])));
    // None: it has ended in between, so the next try goes through.
    if (live) return live;
  }
}

/** The oldest chore of these kinds that waits, or whose builder has gone; undefined: there is none. */
export async function claimChore(
  db: Database,
  builder: string,
  kinds: readonly ChoreKind[],
): Promise<Chore | undefined> {
  const isLeft = sql`${chores.state} = 'running' and ${chores.seenAt} < now() - make_interval(mins => ${SILENCE_MINUTES})`;
  const next = db
    .select({ id: chores.id })
    .from(chores)
    .where(and(inArray(chores.kind, [...kinds]), sql`(${chores.state} = 'asked' or (${isLeft}))`))
    .orderBy(asc(chores.id))
    .limit(1)
    .for('update', { skipLocked: true });
  const [chore] = await db
    .update(chores)
    .set({ state: 'running', builder, startedAt: sql`now()`, seenAt: sql`now()` })
    .where(inArray(chores.id, next))
    .returning();
  return chore;
}

/** Says that it is still worked on. */
export async function touchChore(db: Database, id: number): Promise<void> {
  await db.update(chores).set({ seenAt: sql`now()` }).where(eq(chores.id, id));
}

/** @param result what came of it, one sentence */
export async function endChore(
  db: Database,
  id: number,
  end: { state: 'done' | 'failed'; result: string },
): Promise<void> {
  await db
    .update(chores)
    .set({ ...end, endedAt: sql`now()` })
    .where(and(eq(chores.id, id), eq(chores.state, 'running')));
  await notifyChannel(db, CHANNELS.chores);
}

/** Gives a chore back: its builder was asked to stop. */
export async function returnChore(db: Database, id: number): Promise<void> {
  await db
    .update(chores)
    .set({ state: 'asked', builder: null })
    .where(and(eq(chores.id, id), eq(chores.state, 'running')));
}

/** Chores that have ended since the last call, each given out once. */
export async function takeEndedChores(db: Database): Promise<Chore[]> {
  return db
    .update(chores)
    .set({ followed: true })
    .where(and(inArray(chores.state, ['done', 'failed']), eq(chores.followed, false)))
    .returning();
}

export async function loadChore(db: Database, id: number): Promise<Chore | undefined> {
  const [chore] = await db.select().from(chores).where(eq(chores.id, id));
  return chore;
}

/** The newest chore of each kind. */
export async function loadNewestChores(db: Database): Promise<Chore[]> {
  return db.selectDistinctOn([chores.kind]).from(chores).orderBy(chores.kind, desc(chores.id));
}

/** A build whose sources can be fetched before its turn comes. */
export interface WaitingBuild {
  id: number;
  cpv: string;
  repository: string;
  useEnabled: string[];
  useDisabled: string[];
}

/** Builds that wait, those that come first first. */
export async function loadWaitingBuilds(db: Database, limit: number): Promise<WaitingBuild[]> {
  const { id, cpv, repository, useEnabled, useDisabled } = builds;
  return db
    .select({ id, cpv, repository, useEnabled, useDisabled })
    .from(builds)
    .where(inArray(builds.state, ['queued', 'blocked', 'held']))
    .orderBy(desc(builds.priority), asc(builds.id))
    .limit(limit);
}
