import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { WishView } from '@binhost/shared/protocol';
import { waitFor } from '@binhost/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestCoordinator, type TestCoordinator } from './test-coordinator.ts';
import { environmentOf, makeTestNode, type TestNode } from './test-node.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

let node: TestNode;
let coordinator: TestCoordinator;
beforeAll(async () => {
  coordinator = await startTestCoordinator();
  node = await makeTestNode({ COORDINATOR_URL: coordinator.url });
  await node.start();
  await waitFor(() => coordinator.reports().length === 1, { what: 'the report' });
});
afterAll(async () => {
  await node.remove();
  await coordinator.close();
});

/** Without the token that the link brought: only the running agent has it. */
function start(args: string[]): ChildProcess {
  const env = { PATH: process.env.PATH, ...environmentOf(node.directory) };
  return spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function run(args: string[]) {
  const child = start(args);
  const output = Promise.all([text(child.stdout ?? expect.fail()), text(child.stderr ?? expect.fail())]);
  const [code] = (await once(child, 'close')) as [number];
  const [stdout, stderr] = await output;
  return { code, stdout, stderr };
}

async function wishesAre(changed: Partial<WishView>): Promise<void> {
  const none = { reasonCode: null, reason: null, buildState: null, buildId: null };
  const wish = {
    cpv: 'mail-mta/postfix-3.8',
    useEnabled: ['ssl'],
    bindings: [],
    state: 'waiting',
    sinceMs: 0,
    ...none,
  };
  const madeAtMs = Date.now();
  coordinator.loose({ type: 'wishes', madeAtMs, wishes: [{ ...wish, ...changed }] });
  await waitFor(async () => (await node.status()).wishes?.madeAtMs === madeAtMs, { what: 'the wishes' });
}

test('wait shows what happens and ends with 0 when the wish is ready', async () => {
  await wishesAre({ buildState: 'building' });
  const child = start(['wait', 'mail-mta/postfix', '--timeout', '60s']);
  let shown = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
  });
  const closed = once(child, 'close');
  await waitFor(() => shown.includes('mail-mta/postfix-3.8  waiting (building)'), { what: 'the first line' });
  await wishesAre({ state: 'ready', buildState: 'published', buildId: 1 });
  expect((await closed)[0]).toBe(0);
  expect(shown.trim().split('\n').at(-1)).toBe('mail-mta/postfix-3.8  ready');
});

test('wait ends with 1 when the wish can never be ready, and says why', async () => {
  await wishesAre({ state: 'refused', buildState: 'published', reason: 'USE differs: -ssl.' });
  const { code, stdout } = await run(['wait', '--json']);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    timedOut: false,
    packages: [{ outcome: 'never', reason: 'USE differs: -ssl.' }],
  });
});

test('wait ends with 1 when its time is over, and with 2 on a time that is none', async () => {
  await wishesAre({ buildState: 'queued' });
  const { code, stdout } = await run(['wait', '--timeout', '100ms']);
  expect(code).toBe(1);
  expect(stdout).toContain('Not all are settled after 100ms.');
  expect((await run(['wait', '--timeout', 'soon'])).code).toBe(2);
});

test('why tells the wish, the row of the last look and what to do', async () => {
  await wishesAre({ buildState: 'failed', reason: 'compile failed: no such header' });
  const { code, stdout } = await run(['why', 'mail-mta/postfix']);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /state +waiting\nbuild +failed\nUSE +ssl\nreason +compile failed: no such header\nto do +binhost-agent log/,
  );
  expect(stdout).toContain('Last look\n  ebuild  mail-mta/postfix-3.8  ssl\n');
  expect((await run(['why', 'no/thing'])).code).toBe(1);
});

test("log shows the coordinator's log of the build that serves the wish, with what the link brought", async () => {
  const build = (id: number, useEnabled: string[]) => ({
    id,
    pool: 'default',
    cpv: 'mail-mta/postfix-3.8',
    useEnabled,
  });
  coordinator.answers.set('/api/builds', JSON.stringify([build(4, ['ssl']), build(5, [])]));
  coordinator.answers.set('/api/builds/4/log?follow=1', '>>> Compiling source\n');
  await wishesAre({ buildState: 'building' });
  expect(await run(['log', '-f', 'mail-mta/postfix'])).toMatchObject({ code: 0, stdout: '>>> Compiling source\n' });
});

test('log says why there is none', async () => {
  coordinator.answers.set('/api/builds', '[]');
  const { code, stderr } = await run(['log', 'no/thing']);
  expect(code).toBe(1);
  expect(stderr).toContain('the coordinator has no build of no/thing');
});
