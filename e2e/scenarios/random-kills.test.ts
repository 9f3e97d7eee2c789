import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@binhost/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HostDescription } from '../sim-portage/host-description.ts';
import { makeHost, type SimulatedHost } from '../sim-portage/make-host.ts';
import { faultsOfPublished } from '../support/check-published.ts';
import { joinNode } from '../support/join-node.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { type RunningAgent, startAgent } from '../support/start-agent.ts';
import {
  type CoordinatorPorts,
  chooseCoordinatorPorts,
  type RunningCoordinator,
  startCoordinator,
} from '../support/start-coordinator.ts';
import type { BuildView } from '../support/views.ts';

/** kill -9 of any process at any moment; after a restart the loop ends as if nothing had happened. */

const isLong = process.env.BINHOST_TEST_LONG === '1';
const KILLS = isLong ? 50 : 12;
const PACKAGES = isLong ? 40 : 12;
const seed = Number(process.env.BINHOST_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));

const ebuilds = Array.from({ length: PACKAGES }, (_, index) => ({ cpv: `app-misc/part${index}x-1.0`, seconds: 0.3 }));
const world = ebuilds.map(({ cpv }) => cpv.replace(/-1\.0$/, ''));

let base: string;
let ports: CoordinatorPorts;
let binhost: SimulatedHost;
let node: SimulatedHost;
let coordinator: RunningCoordinator;
let agent: RunningAgent;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'binhost-kill-'));
  await chmod(base, 0o755);
  ports = await chooseCoordinatorPorts();
  const repositories = [{ name: 'main', ebuilds }];
  const describe = (name: string): HostDescription => ({ directory: join(base, name, 'system'), repositories, world });
  binhost = await makeHost({ ...describe('binhost'), world: [] });
  node = await makeHost(describe('node'));
  await startBinhost();
  await joinNode({ ...place(), settings: { 'link.longestPause': '500ms' }, coordinator });
  await startNode();
});

afterAll(async () => {
  await agent?.stop();
  await coordinator?.stop();
  await rm(base, { recursive: true, force: true, maxRetries: 5 });
});

test(`${KILLS} kills in random places leave a finished loop and a whole index`, { timeout: 20 * 60_000 }, async () => {
  console.log(`seed ${seed} (BINHOST_TEST_SEED repeats it)`);
  const random = seededRandom(seed);
  for (let kill = 0; kill < KILLS; kill++) {
    await pauseOf(random() * 1500);
    await VICTIMS[Math.floor(random() * VICTIMS.length)]?.();
    expect(await faultsOfPublished(join(base, 'binhost/packages/default'))).toEqual([]);
  }
  await waitFor(
    async () => {
      const wishes = (await agent.status()).wishes?.list ?? [];
      return wishes.length === PACKAGES && wishes.every((wish) => wish.state === 'ready');
    },
    { timeoutMs: 10 * 60_000, everyMs: 500, what: `${PACKAGES} wishes to be ready` },
  ).catch(async (cause: unknown) => {
    const wishes = (await agent.status()).wishes?.list.filter((wish) => wish.state !== 'ready');
    throw new Error(`not ready: ${JSON.stringify(wishes, null, 1)}\n${await coordinator.service.lastWords(60)}`, {
      cause,
    });
  });
  const published = (await coordinator.view<BuildView[]>('/api/builds?state=published')).map(
    (build) => build.variantKey,
  );
  expect(new Set(published).size).toBe(published.length);
  expect(await faultsOfPublished(join(base, 'binhost/packages/default'))).toEqual([]);
});

const VICTIMS = [
  async function killCoordinator() {
    process.kill(coordinator.service.pid, 'SIGKILL');
    await coordinator.service.stop();
    await startBinhost();
  },
  async function killAgent() {
    process.kill(agent.service.pid, 'SIGKILL');
    await agent.service.stop();
    await startNode();
  },
  () => killChild('builder'),
  () => killChild('publisher'),
];

async function startBinhost(): Promise<void> {
  const settings = { 'build.lease': '3s', 'build.retryPause': '500ms', 'build.maxAborts': 100 };
  coordinator = await startCoordinator({ directory: join(base, 'binhost'), host: binhost, ports, settings });
}

async function startNode(): Promise<void> {
  agent = await startAgent(place());
}

const place = () => ({ name: 'node', directory: join(base, 'node'), host: node });

/** serve starts it again by itself. */
async function killChild(name: string): Promise<void> {
  const lines = (await readFile(coordinator.service.logFile, 'utf8')).trim().split('\n').reverse();
  const started = lines.find((line) => line.includes('child process started') && line.includes(`"child":"${name}"`));
  const { pid } = JSON.parse(started ?? '{}') as { pid?: number };
  if (!pid) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // it is just being started again after the last kill
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** A random moment is what is waited for: the kill may meet anything. */
function pauseOf(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
