import { eq, sql } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { builders } from './build-tables.ts';

/** A builder process; its id is made anew at every start. */
export interface NewBuilder {
  builderId: string;
  /** For people, such as the host's name. */
  name: string;
  mode: 'overlay' | 'host';
  /** Pools that it serves; empty: all. */
  pools: string[];
  version: string;
}

export async function registerBuilder(db: Database, { builderId, ...facts }: NewBuilder): Promise<void> {
  await db.insert(builders).values({ id: builderId, ...facts });
}

/** Says that the builder lives; for display only, a lease is what counts. */
export async function touchBuilder(db: Database, builderId: string): Promise<void> {
  await db.update(builders).set({ seenAt: sql`now()` }).where(eq(builders.id, builderId));
}

/** Called at a clean end. */
export async function retireBuilder(db: Database, builderId: string): Promise<void> {
  await db.update(builders).set({ seenAt: sql`now()`, stoppedAt: sql`now()` }).where(eq(builders.id, builderId));
}
