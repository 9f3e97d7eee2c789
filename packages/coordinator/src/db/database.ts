import type { PgDatabase } from 'drizzle-orm/pg-core';
import type { PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js';

/** A connection pool or a transaction: stores take either, so that the caller decides what commits together. */
export type Database = PgDatabase<PostgresJsQueryResultHKT, Record<string, never>>;
