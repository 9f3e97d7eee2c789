import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@binhost/shared/time';
import { captureLog, makeHello, makeInstalledPackage, makeMergeEntry, makeReport, waitFor } from '@binhost/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CoordinatorConfig } from '../../src/config/coordinator-config.ts';
import { runChores } from '../../src/nightly/chore-runner.ts';
import { runNightly } from '../../src/nightly/nightly.ts';
import { claimChore, loadChore, loadNewestChores, requestChore } from '../../src/queue/chore-store.ts';
import { noteFault } from '../../src/queue/fault-store.ts';
import { loadStatusRows } from '../../src/status/status-store.ts';
import { buildProgram, type Program } from './build-program.ts';
import { startCoordinator, type TestCoordinator } from './start-coordinator.ts';
import { joinAgent, type TestAgent } from './test-agent.ts';

/** serve and PostgreSQL as they are, the builder's half of the chores in the test, commands as real processes. */
let program: Program;
let coordinator: TestCoordinator;
let agent: TestAgent;
beforeAll(async () => {
  [program, coordinator] = await Promise.all([buildProgram(), startCoordinator()]);
  agent = await joinAgent(coordinator, { ...makeHello(), nodeName: 'alpha' });
});
afterAll(async () => {
  await agent.leave();
  await coordinator.stop();
  await program.remove();
});

const node = (script: string) => [process.execPath, '-e', script];
const run = (...args: string[]) => program.run(args, { BINHOST_COORDINATOR_PATHS_RUN: coordinator.config.paths.run });

/** Does chores while the work lasts, with these commands. */
async function withRunner<T>(
  commands: { sync: string[]; emerge?: string[] },
  work: (config: CoordinatorConfig) => Promise<T>,
): Promise<T> {
  const { config: base, open } = coordinator;
  const config = {
    ...base,
    sync: { ...base.sync, command: commands.sync },
    portage: { ...base.portage, emerge: commands.emerge ?? node('') },
  };
  const stop = new AbortController();
  const running = runChores({ open, config, clock: systemClock, log: captureLog().log, signal: stop.signal });
  try {
    return await work(config);
  } finally {
    stop.abort();
    await running;
  }
}

test('sync shows the output of the command; then sources are fetched, and the nodes are asked to look', async () => {
  const { open, config } = coordinator;
  await agent.deliver({ type: 'inventory', digest: '0'.repeat(64), packages: [makeInstalledPackage()] });
  await agent.deliver(makeReport({ entries: [makeMergeEntry({ use: { enabled: [], disabled: [] } })] }));
  await agent.hear('wishes', ({ wishes }) => wishes[0]?.buildState === 'queued');
  const emerge = [...node('console.log(process.env.ACCEPT_KEYWORDS, process.argv.at(-1))'), '--'];
  const { exitCode, stdout } = await withRunner({ sync: node("console.log('synced it')"), emerge }, async () => {
    const result = await run('sync');
    await agent.hear('collect-now', ({ reason }) => reason.includes('synced'));
    return result;
  });
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: expect.stringMatching(/^\$ .*\nsynced it\nthe repositories were synced$/),
  });
  const fetched = (await loadNewestChores(open.db)).find(({ kind }) => kind === 'fetch');
  expect(fetched).toMatchObject({ state: 'done', result: 'the sources of 1 builds were fetched' });
  const log = await readFile(join(config.paths.logs, `chore-${fetched?.id}.log`), 'utf8');
  expect(log).toContain('** =dev-libs/libfoo-1.2::gentoo\n');
});

test('a sync that fails is told with its last words, in the command and in the status', async () => {
  const script = "console.log('no network'); process.exitCode = 3";
  const { exitCode, stderr } = await withRunner({ sync: node(script) }, () => run('sync', '--json'));
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(
    /^binhost-coordinator: the sync failed: .* ended with status 3, saying: no network\n {2}Its log/,
  );
  expect((await run('status')).stdout).toContain("The binhost's ebuild repositories were not synced");
});

test('asking twice is asking once, and a builder that is told to stop gives the chore back', async () => {
  const { open } = coordinator;
  const first = JSON.parse((await run('sync', '--no-wait', '--json')).stdout) as { id: number; state: string };
  expect(await requestChore(open.db, 'sync', 'somebody')).toMatchObject({ id: first.id });
  await withRunner({ sync: node('setInterval(() => {}, 1000)') }, () =>
    waitFor(async () => (await loadChore(open.db, first.id))?.state === 'running', { what: 'the chore to run' }),
  );
  expect(await loadChore(open.db, first.id)).toMatchObject({ state: 'asked', builder: null });
  expect(await claimChore(open.db, 'two', ['sync'])).toMatchObject({ id: first.id });
  expect(await claimChore(open.db, 'three', ['sync'])).toBeUndefined();
});

test('the schedule asks for a sync when it is due', async () => {
  const { open, config } = coordinator;
  await open.db.execute("update chores set state = 'done', followed = true");
  const stop = new AbortController();
  const parts = {
    open,
    config,
    clock: systemClock,
    log: captureLog().log,
    onSynced: async () => {},
    onRotated: async () => {},
  };
  const schedule = { nextMs: (afterMs: number) => afterMs + 10 };
  const running = runNightly({ ...parts, schedule }, stop.signal);
  await waitFor(
    async () =>
      (await loadNewestChores(open.db)).some(({ askedBy, state }) => askedBy === 'the schedule' && state === 'asked'),
    { what: 'the sync to be asked for' },
  );
  stop.abort();
  await running;
});

test('what stops a process again and again is counted', async () => {
  const { open } = coordinator;
  const fault = { process: 'publisher', name: 'default', text: 'no secret key' } as const;
  await noteFault(open.db, fault);
  await noteFault(open.db, { ...fault, text: 'still no secret key' });
  expect((await loadStatusRows(open.db)).faults).toMatchObject([{ times: 2, text: 'still no secret key' }]);
  expect((await run('status')).stdout).toContain('pool default (2 times): still no secret key');
});

test('two machines with one node name are named in the status', async () => {
  const agents: TestAgent[] = [];
  for (let times = 0; times < 4; times += 1) {
    agents.push(await joinAgent(coordinator, { ...makeHello(), nodeName: 'twin' }));
  }
  expect((await run('status')).stdout).toMatch(/Two machines use one node name\n.*twin/);
  await agents.at(-1)?.leave();
});
