import { systemClock } from '@binhost/shared/time';
import { captureLog, freePort, waitFor } from '@binhost/testkit';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { coordinatorConfig } from '../../src/config/coordinator-config.ts';
import { makeClient, withDatabase } from '../../src/db/connect.ts';
import { migrateDatabase, readSchemaAge } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open-database.ts';
import { makeTestDatabase, type TestDatabase } from './test-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await makeTestDatabase();
});
afterAll(() => database.drop());

describe('migrateDatabase', () => {
  it('is safe when three processes start at once on an empty database', async () => {
    const name = `binhost_migrate_${process.pid}`;
    const administrator = makeClient(inject('postgresUrl'), { max: 1 });
    await administrator.unsafe(`create database ${name}`);
    const url = withDatabase(inject('postgresUrl'), name);
    await Promise.all([1, 2, 3].map(() => migrateDatabase(url)));
    const client = makeClient(url, { max: 1 });
    expect(await readSchemaAge(client)).toBe('current');
    const [row] = await client`select count(*)::int as applied from drizzle.__drizzle_migrations`;
    expect(row?.applied).toBe(1);
    await client.end();
    await administrator.unsafe(`drop database ${name}`);
    await administrator.end();
  });

  it('refuses a database that a newer release has migrated', async () => {
    const newer = await makeTestDatabase();
    const future = sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('later', 9999999999999)`;
    await newer.open.db.execute(future);
    await expect(migrateDatabase(newer.url)).rejects.toMatchObject({ code: 'DATABASE_NEWER' });
    const options = { config: coordinatorConfig.parse({}), log: captureLog().log, clock: systemClock };
    const builder = openDatabase({ ...options, databaseUrl: newer.url, startCluster: false });
    await expect(builder).rejects.toMatchObject({ code: 'DATABASE_NEWER' });
    await newer.drop();
  });
});

describe('openDatabase', () => {
  it('names the server that it could not reach', async () => {
    const url = `postgres://binhost:secret@127.0.0.1:${await freePort()}/fleet`;
    const config = coordinatorConfig.parse({ postgres: { startTimeout: '200ms' } });
    const { log, lines } = captureLog();
    const opening = openDatabase({
      config,
      databaseUrl: url,
      log,
      clock: systemClock,
      startCluster: true,
    });
    await expect(opening).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      message: expect.stringMatching(/^expected PostgreSQL at 127\.0\.0\.1:\d+\/fleet, got: (?!.*secret)/),
    });
    const told = lines.filter(({ msg }) => msg === 'database not reachable yet');
    expect(told).toEqual([expect.objectContaining({ reason: expect.stringContaining('ECONNREFUSED') })]);
    expect(told[0]).not.toHaveProperty('err');
  });

  it('keeps a session lock to one holder until it is released', async () => {
    const { open } = database;
    const held = await open.tryLock('publisher default');
    expect(await open.tryLock('publisher default')).toBeUndefined();
    expect(await held?.isHeld()).toBe(true);
    await held?.release();
    const again = await open.tryLock('publisher default');
    expect(again).toBeDefined();
    await again?.release();
  });

  it('knows that a lock is lost with its session', async () => {
    const { open } = database;
    const held = await open.tryLock('publisher lost');
    await open.db.execute(sql`
      select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid()`);
    await waitFor(async () => (await held?.isHeld()) === false, { what: 'the loss of the lock' });
    const other = await open.tryLock('publisher lost');
    expect(other).toBeDefined();
    await Promise.all([held?.release(), other?.release()]);
  });

  it('logs a listener that throws and goes on listening', async () => {
    const { log, withMessage } = captureLog();
    const config = coordinatorConfig.parse({});
    const open = await openDatabase({
      config,
      databaseUrl: database.url,
      log,
      clock: systemClock,
      startCluster: false,
    });
    const told: string[] = [];
    await open.listen('binhost_built', (payload) => {
      told.push(payload);
      if (payload === 'bad') throw new Error('no');
    });
    for (const payload of ['bad', 'good']) await open.db.execute(sql`select pg_notify('binhost_built', ${payload})`);
    await waitFor(() => told.includes('good'), { what: 'the second notification' });
    expect(withMessage('notification could not be handled')).toHaveLength(1);
    await open.close();
  });
});
