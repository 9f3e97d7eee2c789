import { randomUUID } from 'node:crypto';
import { systemClock } from '@binhost/shared/time';
import { inject } from 'vitest';
import { coordinatorConfig } from '../../src/config/coordinator-config.ts';
import { makeClient, withDatabase } from '../../src/db/connect.ts';
import { type OpenDatabase, openDatabase } from '../../src/db/open-database.ts';
import { makeLog } from '../../src/log.ts';

/** A fresh, migrated database of the run's PostgreSQL, open as the coordinator's processes open it. */
export interface TestDatabase {
  open: OpenDatabase;
  /** As DATABASE_URL for processes that a test starts. */
  url: string;
  /** Closes it and drops it; call it in afterAll. */
  drop(): Promise<void>;
}

/** One call per test file; takes some 50 ms. */
export async function makeTestDatabase(): Promise<TestDatabase> {
  const name = `binhost_test_${randomUUID().replaceAll('-', '')}`;
  await asAdministrator(`create database ${name} template ${inject('postgresTemplate')}`);
  const url = withDatabase(inject('postgresUrl'), name);
  const open = await openDatabase({
    config: coordinatorConfig.parse({}),
    databaseUrl: url,
    log: makeLog('warn'),
    clock: systemClock,
    startCluster: false,
  });
  return {
    open,
    url,
    drop: async () => {
      await open.close();
      await asAdministrator(`drop database ${name} with (force)`);
    },
  };
}

async function asAdministrator(statement: string): Promise<void> {
  const client = makeClient(inject('postgresUrl'), { max: 1 });
  try {
    await client.unsafe(statement);
  } finally {
    await client.end();
  }
}
