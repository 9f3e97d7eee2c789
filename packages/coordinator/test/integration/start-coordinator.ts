import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@binhost/shared/time';
import { type CapturedLog, captureLog, makeTemporaryDirectory, waitFor } from '@binhost/testkit';
import { type CoordinatorConfig, coordinatorConfig, poolConfig } from '../../src/config/coordinator-config.ts';
import { runCoordinator } from '../../src/coordinator.ts';
import type { OpenDatabase } from '../../src/db/open-database.ts';
import { makeTestDatabase } from './test-database.ts';

/** The whole of `serve` inside the test: real PostgreSQL, real listeners, real sockets; ports as they come. */
export interface TestCoordinator {
  config: CoordinatorConfig;
  open: OpenDatabase;
  /** Of its database. */
  url: string;
  /** `127.0.0.1:PORT` */
  control: string;
  packages: string;
  log: CapturedLog;
  /** Stops it as SIGTERM does, and starts it again on the same database and ports' names. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const portageq = join(dirname(fileURLToPath(import.meta.url)), 'fixtures/portageq.mjs');

/** An ebuild of the binhost's tree: dev-libs/libfoo-1.2, what makeMergeEntry of the testkit wants. */
const EBUILDS = ['dev-libs/libfoo-1.2', 'app-misc/other-3'];

/** Settings of other rooms than control, as the file or the environment would give them; times in milliseconds. */
interface Differing {
  limits?: Partial<CoordinatorConfig['limits']>;
  access?: Partial<CoordinatorConfig['access']>;
}

export async function startCoordinator(
  control: Partial<CoordinatorConfig['control']> = {},
  differing: Differing = {},
): Promise<TestCoordinator> {
  const directory = await makeTemporaryDirectory();
  const database = await makeTestDatabase();
  const tree = join(directory.path, 'gentoo');
  await Promise.all(EBUILDS.map((cpv) => writeEbuild(tree, cpv)));
  const made = makeConfig(directory.path, tree, control);
  const config = {
    ...made,
    limits: { ...made.limits, ...differing.limits },
    access: { ...made.access, ...differing.access },
  };
  await mkdir(join(config.paths.packages, 'default'), { recursive: true });
  let running = await run(config, database.url);
  return {
    config,
    open: database.open,
    url: database.url,
    get control() {
      return running.control;
    },
    get packages() {
      return running.packages;
    },
    get log() {
      return running.log;
    },
    restart: async () => {
      await running.stop();
      running = await run(config, database.url);
    },
    stop: async () => {
      await running.stop();
      await database.drop();
      await directory.remove();
    },
  };
}

function makeConfig(
  directory: string,
  tree: string,
  control: Partial<CoordinatorConfig['control']>,
): CoordinatorConfig {
  const config = coordinatorConfig.parse({
    paths: { state: `${directory}/s`, packages: `${directory}/p`, logs: `${directory}/l`, run: `${directory}/r` },
    packages: { listen: '127.0.0.1:0', url: 'http://binhost.example:8080/' },
    control: { listen: '127.0.0.1:0', tls: 'off' },
    portage: { portageq: [process.execPath, portageq, tree], root: directory },
    notify: { gather: '10ms' },
  });
  return { ...config, control: { ...config.control, ...control }, pools: { default: poolConfig.parse({}) } };
}

async function run(config: CoordinatorConfig, databaseUrl: string) {
  const log = captureLog();
  const stop = new AbortController();
  const ended = runCoordinator({
    config,
    databaseUrl,
    searchPath: undefined,
    version: '0.1.0',
    clock: systemClock,
    log: log.log,
    signal: stop.signal,
    isRoot: false,
    children: [],
  });
  const line = await Promise.race([
    waitFor(() => log.lines.find(({ msg }) => msg === 'coordinator ready'), { what: 'the coordinator to be ready' }),
    ended.then(() => {
      throw new Error('expected a running coordinator, it has ended');
    }),
  ]);
  return {
    log,
    control: String(line['control']),
    packages: String(line['packages']),
    stop: async () => {
      stop.abort();
      await ended;
    },
  };
}

async function writeEbuild(tree: string, cpv: string): Promise<void> {
  const [category = '', nameAndVersion = ''] = cpv.split('/');
  const name = nameAndVersion.replace(/-\d.*$/, '');
  const cache = join(tree, 'metadata/md5-cache', category);
  await Promise.all([mkdir(join(tree, category, name), { recursive: true }), mkdir(cache, { recursive: true })]);
  await writeFile(join(tree, category, name, `${nameAndVersion}.ebuild`), 'EAPI=8\nSLOT=0\nKEYWORDS="amd64"\n');
  await writeFile(join(cache, nameAndVersion), 'EAPI=8\nSLOT=0\nKEYWORDS=amd64\n');
}
