import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '@binhost/testkit';
import { afterEach, expect, test } from 'vitest';
import { startTestCoordinator, type TestCoordinator } from './test-coordinator.ts';
import { makeTestNode, type TestNode } from './test-node.ts';

const open: { node?: TestNode; coordinator?: TestCoordinator } = {};
afterEach(async () => {
  await open.node?.remove();
  await open.coordinator?.close();
});

async function setUp(settings: Record<string, string> = {}) {
  const coordinator = await startTestCoordinator();
  const node = await makeTestNode({ COORDINATOR_URL: coordinator.url, ...settings });
  Object.assign(open, { coordinator, node });
  return { coordinator, node };
}

test('a full disk is said in words on both sides, the report is sent all the same, and room heals it', async () => {
  const { coordinator, node } = await setUp();
  await mkdir(node.config.paths.state, { recursive: true });
  // The kernel itself answers ENOSPC to what is written there, to any user.
  const full = join(node.config.paths.state, 'report.json.new');
  await symlink('/dev/full', full);
  await node.start();
  const report = await waitFor(() => coordinator.reports()[0], { what: 'the report' });
  expect(report.outcome).toBe('complete');
  expect(report.problems[0]?.message).toMatch(/^A disk is full: .*report\.json.*ENOSPC.*Make room/);
  const status = await node.status();
  expect(status.situations).toMatchObject([{ code: 'disk-full', whatToDo: expect.stringContaining('Make room') }]);
  await rm(full);
  await node.ask();
  await waitFor(async () => (await node.status()).trouble === null, { what: 'the end of the trouble' });
  expect(coordinator.reports().at(-1)?.problems).toEqual([]);
});

test('a state directory that takes nothing is said in words', async () => {
  const { coordinator, node } = await setUp();
  // A directory in the place of the file: no user can replace it by rename.
  await mkdir(join(node.config.paths.state, 'report.json', 'x'), { recursive: true });
  await node.start();
  const report = await waitFor(() => coordinator.reports()[0], { what: 'the report' });
  expect(report.problems[0]?.message).toMatch(/^The agent's state cannot be written: .*report\.json/);
});

test.each([
  ['tree-broken', "!!! Section 'gentoo' in repos.conf has location attribute set to nonexistent directory: '/x'\n"],
  ['portage-locked', 'waiting for lock on /var/db/.pkg.portage_lockfile\n'],
  ['disk-full', "OSError: [Errno 28] No space left on device: '/var/cache/edb/x'\n"],
])('an emerge that fails with %s is said on both sides, quoted, with what to do', async (code, stderr) => {
  const { coordinator, node } = await setUp();
  await node.write('stdout', '');
  await node.write('stderr', stderr);
  await node.write('status', '1');
  await node.start();
  const report = await waitFor(() => coordinator.reports()[0], { what: 'the report' });
  const { situations } = await node.status();
  expect(situations).toMatchObject([{ code, detail: expect.stringContaining(stderr.trim().replace(/^!+ /, '')) }]);
  expect(report.outcome).toBe('failed');
  expect(report.problems[0]?.message).toContain(situations[0]?.whatToDo);
});

test('a list made while the binhost was unreachable is "Last look incomplete" in the status, and sent as incomplete', async () => {
  const { coordinator, node } = await setUp();
  await node.write(
    'stderr',
    "\n!!! [ours] Error fetching binhost package info from 'http://x/y'\n!!! [ours] <urlopen error refused>\n",
  );
  await node.start();
  const report = await waitFor(() => coordinator.reports()[0], { what: 'the report' });
  expect(report.outcome).toBe('incomplete');
  expect((await node.status()).situations[0]).toMatchObject({
    code: 'binhost-unreachable',
    title: 'Last look incomplete',
  });
});

test("a look that came before our binhost's first index is followed by another once there is one", async () => {
  const { coordinator, node } = await setUp({ LOOK_RETRY_PAUSE: '1h' });
  await node.write(
    'stderr',
    `\n!!! [ours] Error fetching binhost package info from '${coordinator.knobs.packagesUrl}'\n!!! [ours] HTTP Error 404: Not Found\n`,
  );
  await node.start();
  const first = await waitFor(() => coordinator.reports()[0], { what: 'the first report' });
  expect(first.outcome).toBe('incomplete');
  await waitFor(async () => (await node.status()).looking === null, { what: 'the end of the look' });
  await node.write('stderr', '');
  coordinator.loose({ type: 'index-published', index: { timestamp: 1, sha256: '0'.repeat(64), entries: 0 } });
  const second = await waitFor(() => coordinator.reports()[1], { what: 'the report after the index' });
  expect(second.outcome).toBe('complete');
  expect((await node.status()).lastLook?.reason).toBe('packages were published');
});

test('an index that is published while a look misses it leads to another look', async () => {
  const { coordinator, node } = await setUp({ LOOK_RETRY_PAUSE: '1h', LOOK_TIME_LIMIT: '3s' });
  await node.write('mode', 'hang');
  await node.write(
    'stderr',
    `\n!!! [ours] Error fetching binhost package info from '${coordinator.knobs.packagesUrl}'\n!!! [ours] HTTP Error 404: Not Found\n`,
  );
  await node.start();
  await waitFor(async () => (await node.status()).link.state === 'online', { what: 'the link' });
  await waitFor(async () => (await node.emergeCalls()).some(({ args }) => args.includes('world')), { what: 'a look' });
  coordinator.loose({ type: 'index-published', index: { timestamp: 1, sha256: '0'.repeat(64), entries: 0 } });
  await node.write('mode', '');
  await node.write('stderr', '');
  const second = await waitFor(() => coordinator.reports()[1], { what: 'the report after the index' });
  expect(second.outcome).toBe('complete');
});

test('a node whose binrepos.conf lacks the binhost is told the line to add', async () => {
  const { coordinator, node } = await setUp();
  await node.write('root/etc/portage/binrepos.conf/ours.conf', '[official]\nsync-uri = https://example.org/x\n');
  await node.start();
  await waitFor(() => coordinator.reports().length === 1, { what: 'the report' });
  await node.ask();
  const trouble = await waitFor(async () => (await node.status()).trouble, { what: 'the trouble' });
  expect(trouble).toContain('http://127.0.0.1:1/packages/default');
  await waitFor(() => coordinator.reports().length === 2, { what: 'the second report' });
  expect(coordinator.reports()[1]?.facts.otherBinhosts).toEqual(['https://example.org/x']);
});

test.each([
  ['a sync', 'root/var/db/repos/gentoo/metadata/timestamp.chk', 'the ebuild repositories changed'],
  ['a merge', 'root/var/db/pkg/sys-fs/fuse-2.6.1/SLOT', 'packages were merged or removed'],
])('%s leads to a look when it has settled', async (_what, file, reason) => {
  const { coordinator, node } = await setUp({ LOOK_WATCH: '50ms', LOOK_SETTLE: '100ms' });
  await node.start();
  await waitFor(() => coordinator.reports().length === 1, { what: 'the first report' });
  await waitFor(async () => (await node.status()).looking === null, { what: 'the end of the look' });
  await node.write(file, '0\n');
  await waitFor(() => coordinator.reports().length === 2, { what: 'the second report' });
  expect((await node.status()).lastLook?.reason).toBe(reason);
});

test('an emerge that waited for a lock is asked again soon', async () => {
  const { coordinator, node } = await setUp({ LOOK_RETRY_PAUSE: '100ms' });
  await node.write('stderr', 'waiting for lock on /var/db/.pkg.portage_lockfile\n');
  await node.write('status', '1');
  await node.write('stdout', '');
  await node.start();
  await waitFor(() => coordinator.reports().length === 2, { what: 'the second look' });
  expect((await node.status()).lastLook?.reason).toBe('on schedule');
});
