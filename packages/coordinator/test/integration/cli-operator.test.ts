import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeHello, makeInstalledPackage, makeMergeEntry, makeReport } from '@binhost/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordPublished } from '../../src/publish/published-store.ts';
import type { BuildJob } from '../../src/queue/build-job.ts';
import { claimBuild, failAttempt, registerBuilder, startAttempt } from '../../src/queue/lease-store.ts';
import { buildProgram, type Program } from './build-program.ts';
import { startCoordinator, type TestCoordinator } from './start-coordinator.ts';
import { joinAgent, type TestAgent } from './test-agent.ts';

/** What a person decides, through the real program, admin.sock and PostgreSQL; each test goes on where the last one stopped. */
const BUILDER = '5a181286-c44d-4760-a487-033cbe616632';

let program: Program;
let coordinator: TestCoordinator;
let agent: TestAgent;
const settings = () => ({ BINHOST_COORDINATOR_PATHS_RUN: coordinator.config.paths.run });
const run = (...args: string[]) => program.run(args, settings());

async function json<T>(...args: string[]): Promise<T> {
  const { exitCode, stdout, stderr } = await run(...args, '--json');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return JSON.parse(stdout) as T;
}

async function claim(): Promise<BuildJob> {
  const job = await claimBuild(coordinator.open.db, { builderId: BUILDER, pools: 'all' });
  if (!job) throw new Error('expected a build to claim');
  await startAttempt(coordinator.open.db, job);
  return job;
}

beforeAll(async () => {
  [program, coordinator] = await Promise.all([buildProgram(), startCoordinator()]);
  await registerBuilder(coordinator.open.db, {
    builderId: BUILDER,
    name: 'one',
    mode: 'host',
    pools: [],
    version: '0.1.0',
  });
  agent = await joinAgent(coordinator, { ...makeHello(), nodeName: 'alpha' });
  await agent.deliver({ type: 'inventory', digest: '0'.repeat(64), packages: [makeInstalledPackage()] });
  await agent.deliver(makeReport({ entries: [makeMergeEntry({ use: { enabled: [], disabled: [] } })] }));
  await agent.hear('wishes', ({ wishes }) => wishes[0]?.buildState === 'queued');
});
afterAll(async () => {
  await agent.leave();
  await coordinator.stop();
  await program.remove();
});

describe('one build', () => {
  test('is held, shown in the status with the command that moves it, and approved', async () => {
    const held = await run('hold', '1', '--reason', 'wait for the weekend');
    expect(held).toEqual({
      exitCode: 0,
      stdout: 'build 1 of dev-libs/libfoo-1.2 is held: held by the operator: wait for the weekend',
      stderr: '',
    });
    expect((await run('status')).stdout).toMatch(
      /^build 1 of dev-libs\/libfoo-1\.2 is held: .*\n {2}`binhost-coordinator approve 1` lets it be built/m,
    );
    expect(await json('approve', '1')).toMatchObject({ id: 1, state: 'queued', reason: 'approved by the operator' });
    expect(await json('status')).toMatchObject({ stopped: [] });
  });

  test('that failed is explained on every node that waits, with its last lines and what to do', async () => {
    const job = await claim();
    await mkdir(coordinator.config.paths.logs, { recursive: true });
    await writeFile(join(coordinator.config.paths.logs, job.logPath), 'first\nfoo.c:3: error: no such thing\nlast\n');
    await failAttempt(coordinator.open.db, job, {
      kind: 'package',
      text: 'does not compile',
      phase: 'compile',
      record: {},
    });
    const { stdout } = await run('why', 'libfoo');
    expect(stdout).toMatch(/^dev-libs\/libfoo-1\.2:0::gentoo/);
    expect(stdout).toMatch(/^ {2}alpha: waiting since /m);
    expect(stdout).toMatch(/^ {2}build 1: failed since .*: does not compile$/m);
    expect(stdout).toContain('    attempt 1 by one: package in compile: does not compile\n');
    expect(stdout).toContain('    | foo.c:3: error: no such thing\n    | last\n');
    expect(stdout).toContain('`binhost-coordinator retry 1`');
    expect(await json('why', '1', '--node', 'alpha')).toMatchObject([
      { cpv: 'dev-libs/libfoo-1.2', wishes: [{ node: 'alpha', state: 'waiting' }], build: { id: 1, state: 'failed' } },
    ]);
  });

  test('is tried again, cancelled, and comes back as another build', async () => {
    expect(await json('retry', '1')).toMatchObject({ id: 1, state: 'queued' });
    expect(await json('cancel', '1')).toMatchObject({ id: 1, state: 'cancelled' });
    expect((await run('why', '1')).stdout).toContain('`binhost-coordinator retry 1` has it built after all.');
    const again = await json<{ id: number }>('retry', '1');
    expect(again).toMatchObject({ cpv: 'dev-libs/libfoo-1.2', state: 'queued' });
    expect(again.id).toBeGreaterThan(1);
  });

  test('is not moved where its state does not allow it; the sentence says when it could be', async () => {
    expect(await run('approve', '1')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr:
        "binhost-coordinator: build 1 is cancelled, which does not allow 'approve'\n  It can be done while a build is held, quarantined.",
    });
  });
});

describe('a policy', () => {
  test('holds what waits, and lets it go when it is removed', async () => {
    const policy = await json<{ id: number }>('policy', 'set', 'pool', 'default', 'ask', '--reason', 'quota');
    expect(policy).toMatchObject({ kind: 'pool', name: 'default', verdict: 'ask', stage: 'build', reason: 'quota' });
    expect((await json<{ state: string }[]>('builds')).map(({ state }) => state)).toEqual(['held', 'cancelled']);
    expect((await run('policy', 'list')).stdout).toMatch(/^\d+ +pool +default +build +ask +quota$/m);
    expect(await run('policy', 'remove', String(policy.id))).toMatchObject({ exitCode: 0 });
    expect((await json<{ state: string }[]>('builds'))[0]).toMatchObject({ state: 'queued' });
  });

  test('for a node is set by its name', async () => {
    const policy = await json<{ id: number }>('policy', 'set', 'node', 'alpha', 'hold', '--before', 'publish');
    expect(policy).toMatchObject({ kind: 'node', name: 'alpha', verdict: 'hold', stage: 'publish' });
    await json('policy', 'remove', String(policy.id));
  });

  test('for a package is what hold makes of a name', async () => {
    const policy = await json<{ id: number }>('hold', 'dev-libs/libfoo');
    expect(policy).toMatchObject({ kind: 'package', name: 'dev-libs/libfoo', verdict: 'hold', stage: 'build' });
    await json('policy', 'remove', String(policy.id));
    expect((await run('policy', 'list')).stdout).toBe('No policies: everything is built and published by itself.');
  });

  test('with a scope that Portage does not allow is wrong use', async () => {
    expect((await run('policy', 'set', 'package', 'dev-libs/libfoo-1.2:0', 'deny')).exitCode).toBe(2);
  });
});

describe('what does not exist is named with the nearest', () => {
  test.each([
    ['why dev-libs/libfo', "Did you mean 'dev-libs/libfoo'?"],
    ['why libfob', "Did you mean 'dev-libs/libfoo'?"],
    ['why libfoo --node alhpa', "Did you mean 'alpha'?"],
    ['nodes alhpa', "Did you mean 'alpha'?"],
    ['hold dev-libs/libfo', "Did you mean 'dev-libs/libfoo'?"],
    ['policy set node alhpa deny', "Did you mean 'alpha'?"],
    ['cancel 999', 'The newest is '],
    ['policy remove 999', 'policy list lists them'],
    ['build dev-libs/libfoo --pool none', "a pool named 'none'"],
  ])('%s', async (command, part) => {
    const { exitCode, stdout, stderr } = await run(...command.split(' '));
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(/^binhost-coordinator: expected a .+\n {2}.+$/);
    expect(stderr).toContain(part);
  });
});

test('gc lists what could go, with the reason, and removes nothing', async () => {
  const published = (version: string, buildId: number) => ({
    pool: 'default',
    cpv: `dev-libs/old-${version}`,
    repository: 'gentoo',
    slot: '0',
    subslot: '0',
    useEnabled: [],
    bindings: [],
    variantKey: `old${version}`,
    buildId,
    buildTime: buildId,
    path: `dev-libs/old/old-${version}-1.gpkg.tar`,
    size: 1_048_576,
    sha512: '0'.repeat(128),
    attemptId: null,
    indexTimestamp: 1,
  });
  await recordPublished(coordinator.open.db, 'default', {
    packages: [published('1', 1), published('2', 2)],
    index: { timestamp: 1, sha256: '0'.repeat(64), entries: 2 },
  });
  expect((await run('gc', '--dry-run')).stdout).toBe('Nothing could go.');
  expect(await json('gc', '--dry-run', '--keep', '0s')).toEqual([
    {
      pool: 'default',
      cpv: 'dev-libs/old-1',
      path: 'dev-libs/old/old-1-1.gpkg.tar',
      size: 1_048_576,
      why: 'no node wishes for it, and dev-libs/old-2 is newer in its slot',
    },
  ]);
  expect((await run('gc', '--dry-run', '--keep', '0s')).stdout).toContain('1 packages, 1.0 MiB, could go');
});

describe('import', () => {
  const runImport = (...args: string[]) =>
    program.run(['import', ...args], {
      ...settings(),
      DATABASE_URL: coordinator.url,
      BINHOST_COORDINATOR_PATHS_STATE: coordinator.config.paths.state,
      BINHOST_COORDINATOR_PATHS_PACKAGES: coordinator.config.paths.packages,
    });
  const staged = () => readdir(join(coordinator.config.paths.state, 'staging')).catch(() => []);

  test('copies the packages of a directory to where the publisher looks', async () => {
    const old = join(coordinator.config.paths.state, 'old');
    await mkdir(join(old, 'dev-libs/libfoo'), { recursive: true });
    await writeFile(join(old, 'dev-libs/libfoo/libfoo-1.0-1.gpkg.tar'), 'whole or not is seen by the publisher');
    const { exitCode, stdout, stderr } = await runImport(old, '--json');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const { name, packages } = JSON.parse(stdout) as { name: string; packages: number };
    expect(packages).toBe(1);
    expect(await staged()).toEqual([name]);
  });

  test.each([
    [['/nonexistent'], 'expected packages (*.gpkg.tar) below /nonexistent'],
    [['/nonexistent', '--pool', 'desktop'], "expected a pool named default, got 'desktop'"],
  ])('%j is one sentence', async (args, part) => {
    const { exitCode, stdout, stderr } = await runImport(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain(part);
  });
});
