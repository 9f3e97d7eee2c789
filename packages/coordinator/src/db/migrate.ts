import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import { packageDirectory } from '../config/package-directory.ts';
import { coordinatorError } from '../coordinator-errors.ts';
import { makeClient, type RawClient } from './connect.ts';

/** How a database's schema stands to this release. */
export type SchemaAge = 'current' | 'older' | 'newer';

/** All starts of all processes take this lock before they migrate; the number has no other meaning. */
const MIGRATION_LOCK = 7_301_845;

/**
 * Brings the database to this release's schema; forward only. Any number of processes may call it at once.
 *
 * @throws DATABASE_NEWER where a newer release has written the database
 */
export async function migrateDatabase(url: string): Promise<void> {
  const client = makeClient(url, { max: 1, max_lifetime: null });
  try {
    await client`select pg_advisory_lock(${MIGRATION_LOCK})`;
    const age = await readSchemaAge(client);
    if (age === 'newer') throw newerDatabase();
    if (age === 'older') await migrate(drizzle(client), { migrationsFolder: migrationsFolder() });
  } finally {
    // Ends the session, and with it the lock.
    await client.end({ timeout: 5 });
  }
}

/** Compares the newest migration that the database has seen with the newest of this release. */
export async function readSchemaAge(client: RawClient): Promise<SchemaAge> {
  const [table] = await client`select to_regclass('drizzle.__drizzle_migrations') is not null as exists`;
  if (!table?.exists) return 'older';
  const [row] = await client`select coalesce(max(created_at), 0)::text as newest from drizzle.__drizzle_migrations`;
  const difference = Number(row?.newest) - newestMigrationMs();
  if (difference === 0) return 'current';
  return difference > 0 ? 'newer' : 'older';
}

export function newerDatabase(): Error {
  return coordinatorError(
    'DATABASE_NEWER',
    'expected a database of this release or an older one, found one that a newer release has migrated',
    { hint: 'Install the newer release again, or restore a backup that this release made.' },
  );
}

function newestMigrationMs(): number {
  const text = readFileSync(join(migrationsFolder(), 'meta', '_journal.json'), 'utf8');
  const journal = JSON.parse(text) as { entries: { when: number }[] };
  return Math.max(0, ...journal.entries.map((entry) => entry.when));
}

function migrationsFolder(): string {
  return join(packageDirectory(), 'migrations');
}
