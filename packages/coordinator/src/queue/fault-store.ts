import { and, eq, sql } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { faults } from './chore-tables.ts';

export interface Fault {
  process: 'builder' | 'publisher';
  /** The builder's host, the publisher's pool. */
  name: string;
  text: string;
  /** How often since it last worked. */
  times: number;
  at: Date;
}

/** Keeps what stopped a process, for the status. */
export async function noteFault(db: Database, fault: Pick<Fault, 'process' | 'name' | 'text'>): Promise<void> {
  const again = { text: fault.text, times: sql`${faults.times} + 1`, at: sql`now()` };
  await db
    .insert(faults)
    .values(fault)
    .onConflictDoUpdate({ target: [faults.process, faults.name], set: again });
}

/** It works again. */
export async function clearFault(db: Database, { process, name }: Pick<Fault, 'process' | 'name'>): Promise<void> {
  await db.delete(faults).where(and(eq(faults.process, process), eq(faults.name, name)));
}

export async function loadFaults(db: Database): Promise<Fault[]> {
  return db.select().from(faults).orderBy(faults.process, faults.name);
}
