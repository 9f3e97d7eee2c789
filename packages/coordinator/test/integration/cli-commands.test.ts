import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeHello, makeInstalledPackage, makeMergeEntry, makeReport, waitFor } from '@binhost/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BuildJob } from '../../src/queue/build-job.ts';
import { claimBuild, failAttempt, registerBuilder } from '../../src/queue/lease-store.ts';
import { buildProgram, type Program } from './build-program.ts';
import { startCoordinator, type TestCoordinator } from './start-coordinator.ts';
import { joinAgent, type TestAgent } from './test-agent.ts';

/** The commands against a running coordinator, as the real processes that people call. */
const BUILDER = '5a181286-c44d-4760-a487-033cbe616632';
/** More than a pipe takes at once. */
const LOG_TEXT = `>>> Emerging dev-libs/libfoo-1.2\n\u001b[32m * \u001b[39mdone\n${'compiling\n'.repeat(20_000)}`;

let program: Program;
let coordinator: TestCoordinator;
let agent: TestAgent;
let job: BuildJob;
const settings = () => ({ BINHOST_COORDINATOR_PATHS_RUN: coordinator.config.paths.run });
const run = (...args: string[]) => program.run(args, settings());

beforeAll(async () => {
  [program, coordinator] = await Promise.all([buildProgram(), startCoordinator()]);
  agent = await joinAgent(coordinator, { ...makeHello(), nodeName: 'alpha' });
  await agent.deliver({ type: 'inventory', digest: '0'.repeat(64), packages: [makeInstalledPackage()] });
  await agent.deliver(makeReport({ entries: [makeMergeEntry({ use: { enabled: [], disabled: [] } })] }));
  await agent.hear('wishes', ({ wishes }) => wishes[0]?.buildState === 'queued');
  const { db } = coordinator.open;
  await registerBuilder(db, { builderId: BUILDER, name: 'one', mode: 'host', pools: [], version: '0.1.0' });
  const claimed = await claimBuild(db, { builderId: BUILDER, pools: 'all' });
  if (!claimed) throw new Error('expected a build to claim');
  job = claimed;
  await mkdir(coordinator.config.paths.logs, { recursive: true });
  await writeFile(join(coordinator.config.paths.logs, job.logPath), LOG_TEXT);
});
afterAll(async () => {
  await agent.leave();
  await coordinator.stop();
  await program.remove();
});

describe('for people', () => {
  test('status shows the whole on one screen, and what to do about what is missing', async () => {
    const { exitCode, stdout, stderr } = await run('status');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^nodes +1 known, 1 online, 1 have reported$/m);
    expect(stdout).toMatch(/^wishes +1 waiting$/m);
    expect(stdout).toMatch(/^\d+ +dev-libs\/libfoo-1\.2 +leased/m);
    expect(stdout).toContain('error: No publisher is running');
  });

  test('nodes, demand and builds are tables', async () => {
    const outputs = await Promise.all([run('nodes'), run('demand'), run('builds')]);
    expect(outputs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    const [nodes = '', demand = '', builds = ''] = outputs.map(({ stdout }) => stdout);
    expect(nodes).toMatch(/^NODE +CONNECTION +LAST LOOK +WISHES\nalpha +online +.*complete +1 waiting$/);
    expect(demand).toMatch(/^dev-libs\/libfoo-1\.2 +alpha waiting +\d+ leased/m);
    expect(builds).toMatch(/^\d+ +dev-libs\/libfoo-1\.2 +leased/m);
  });

  test('a node is shown with its wishes, a build with its attempts', async () => {
    const [node, build] = await Promise.all([run('nodes', 'alpha'), run('builds', String(job.buildId))]);
    expect(node.stdout).toMatch(/^dev-libs\/libfoo-1\.2 +waiting +leased/m);
    expect(build.stdout).toMatch(/^1 +one +.* ago +running$/m);
  });

  test('a log is printed as it was written', async () => {
    expect(await run('log', String(job.buildId))).toEqual({ exitCode: 0, stdout: LOG_TEXT.trimEnd(), stderr: '' });
  });
});

describe('for programs', () => {
  test.each([
    ['status', { nodes: { total: 1 }, warnings: expect.any(Array) }],
    ['nodes', [{ name: 'alpha', online: true }]],
    ['nodes alpha', { name: 'alpha', wishList: [{ cpv: 'dev-libs/libfoo-1.2', state: 'waiting' }] }],
    ['demand', [{ cpv: 'dev-libs/libfoo-1.2', wishes: [{ node: 'alpha', state: 'waiting' }] }]],
    ['builds', [{ cpv: 'dev-libs/libfoo-1.2', state: 'leased' }]],
    ['builds --state failed,aborted', []],
  ])('%s --json is one JSON document', async (command, expected) => {
    const { exitCode, stdout } = await run(...command.split(' '), '--json');
    expect(exitCode).toBe(0);
    const data = JSON.parse(stdout) as unknown;
    if (Array.isArray(expected)) expect(data).toHaveLength(expected.length);
    expect(data).toMatchObject(expected);
  });
});

test('log --follow shows what is written, and goes on until the attempt has ended', async () => {
  const path = join(coordinator.config.paths.logs, job.logPath);
  const following = program.start(['log', String(job.buildId), '-f'], settings());
  await waitFor(() => following.output().includes(LOG_TEXT), { what: 'the log so far' });
  await appendFile(path, 'more\n');
  await waitFor(() => following.output().includes('more'), { what: 'what was written since' });
  await failAttempt(coordinator.open.db, job, { kind: 'package', text: 'does not compile', record: {} });
  expect(await following.ended).toMatchObject({ exitCode: 0, stderr: '' });
});

describe('what does not exist', () => {
  test.each(['nodes nobody', 'builds 999', 'log 999'])('%s is one sentence and exit code 1', async (command) => {
    const { exitCode, stdout, stderr } = await run(...command.split(' '));
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(/^binhost-coordinator: expected a known .+\n {2}.*binhost-coordinator \w+ lists them\.$/);
  });
});
