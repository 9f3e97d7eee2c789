import { waitFor } from '@binhost/testkit';
import { afterEach, expect, test } from 'vitest';
import { startTestCoordinator, type TestCoordinator } from './test-coordinator.ts';
import { makeTestNode, type TestNode } from './test-node.ts';

const open: { node?: TestNode; coordinator?: TestCoordinator } = {};
afterEach(async () => {
  await open.node?.remove();
  await open.coordinator?.close();
  delete open.node;
  delete open.coordinator;
});

async function setUp(knobs: Parameters<typeof startTestCoordinator>[0] = {}, settings: Record<string, string> = {}) {
  const coordinator = await startTestCoordinator(knobs);
  open.coordinator = coordinator;
  const node = await makeTestNode({ COORDINATOR_URL: coordinator.url, ...settings });
  open.node = node;
  return { coordinator, node };
}

const NOTICE = {
  type: 'packages-published' as const,
  event: 1,
  index: { timestamp: 1, sha256: '0'.repeat(64), entries: 1 },
  packages: [],
  stillBuilding: 0,
};

test('it looks at start and reports, the inventory first, and the status shows it', async () => {
  const { coordinator, node } = await setUp();
  await node.write('root/var/db/pkg/dev-libs/libfoo-1.0/SLOT', '0/1\n');
  await node.start();
  await waitFor(() => coordinator.reports().length === 1, { what: 'the report' });
  expect(coordinator.received.map(({ type }) => type)).toEqual(['inventory', 'report']);
  expect(coordinator.hellos[0]).toMatchObject({ nodeName: 'node1', lastEvent: 0, inventoryDigest: null });
  const [inventory, report] = coordinator.received;
  expect(inventory).toMatchObject({ packages: [{ cpv: 'dev-libs/libfoo-1.0', slot: '0', subslot: '1' }] });
  expect(report).toMatchObject({
    number: 1,
    outcome: 'complete',
    inventoryDigest: (inventory as { digest: string }).digest,
  });
  await waitFor(async () => (await node.status()).lastLook?.isAcknowledged, { what: 'the ack' });
  const status = await node.status();
  expect(status).toMatchObject({ node: 'node1', link: { state: 'online', pool: 'default', problem: null } });
  expect(status.lastLook).toMatchObject({ outcome: 'complete', ebuilds: 1, binaries: 1, reason: 'the agent started' });
});

test('emerge is called with what the node has set, in a form that can be parsed', async () => {
  const { coordinator, node } = await setUp();
  await node.write('settings', `EMERGE_DEFAULT_OPTS='--ask --columns --with-bdeps=y --getbinpkgonly'\n`);
  await node.start();
  await waitFor(() => coordinator.reports().length === 1, { what: 'the report' });
  expect(coordinator.reports()[0]?.facts.binaryOnly).toBe(true);
  expect((await node.emergeCalls()).at(-1)).toEqual({
    args: ['--ignore-default-opts', '--with-bdeps=y', '--color=n', '--nospinner', '-gpvuDN', 'world'],
    hidden: '-*',
    locale: 'C.UTF-8',
  });
});

test('an unacknowledged report is sent again after a reconnect, once it is acknowledged no more', async () => {
  const { coordinator, node } = await setUp({ acknowledgesReports: false });
  await node.start();
  await waitFor(() => coordinator.reports().length === 1, { what: 'the report' });
  coordinator.knobs.acknowledgesReports = true;
  coordinator.cut();
  await waitFor(() => coordinator.reports().length === 2, { what: 'the same report again' });
  expect(coordinator.reports()[1]).toEqual(coordinator.reports()[0]);
  await waitFor(async () => (await node.status()).lastLook?.isAcknowledged, { what: 'the ack' });
  coordinator.cut();
  await waitFor(() => coordinator.hellos.length === 3, { what: 'the third hello' });
  expect(coordinator.hellos[2]).toMatchObject({ lastAcknowledgedReport: 1, inventoryDigest: expect.any(String) });
  expect(coordinator.reports()).toHaveLength(2);
});

test('an unacknowledged report survives a restart of the agent', async () => {
  const { coordinator, node } = await setUp({ acknowledgesReports: false });
  await node.start();
  await waitFor(() => coordinator.reports().length === 1, { what: 'the report' });
  await node.stop();
  await node.write('mode', 'hang');
  coordinator.knobs.acknowledgesReports = true;
  await node.start();
  await waitFor(() => coordinator.reports().length === 2, { what: 'the report of before' });
  expect(coordinator.reports()[1]).toEqual(coordinator.reports()[0]);
});

test('a notice is stored, confirmed and leads to a look that has seen it', async () => {
  const { coordinator, node } = await setUp();
  await node.start();
  await waitFor(() => coordinator.reports().length === 1, { what: 'the first report' });
  coordinator.send(NOTICE);
  await waitFor(() => coordinator.reports().length === 2, { what: 'the second report' });
  expect(coordinator.reports().map(({ lastEvent }) => lastEvent)).toEqual([0, 1]);
  expect(coordinator.received.find(({ type }) => type === 'event-seen')).toEqual({ type: 'event-seen', event: 1 });
  coordinator.cut();
  await waitFor(() => coordinator.hellos.length === 2, { what: 'the second hello' });
  expect(coordinator.hellos[1]?.lastEvent).toBe(1);
});

test('events of another coordinator are forgotten, and hello is said anew', async () => {
  const { coordinator, node } = await setUp();
  await node.start();
  await waitFor(() => coordinator.reports().length === 1, { what: 'the first report' });
  coordinator.send(NOTICE);
  await waitFor(() => coordinator.received.some(({ type }) => type === 'event-seen'), { what: 'the confirmation' });
  coordinator.knobs.nodeId = '11111111-2222-4333-8444-555555555555';
  coordinator.cut();
  await waitFor(() => coordinator.hellos.at(-1)?.lastEvent === 0, { what: 'a hello without events' });
});

test('collect-now leads to a look, and wishes reach the status', async () => {
  const { coordinator, node } = await setUp();
  await node.start();
  await waitFor(() => coordinator.reports().length === 1, { what: 'the first report' });
  coordinator.loose({ type: 'wishes', madeAtMs: 5, wishes: [] });
  coordinator.send({ type: 'collect-now', reason: 'a person at the coordinator' });
  await waitFor(() => coordinator.reports().length === 2, { what: 'the second report' });
  const status = await node.status();
  expect(status.wishes).toEqual({ madeAtMs: 5, list: [] });
  expect(status.lastLook?.reason).toBe('a person at the coordinator');
});

test('the control socket asks for a look', async () => {
  const { coordinator, node } = await setUp();
  await node.start();
  await waitFor(() => coordinator.reports().length === 1, { what: 'the first report' });
  expect(await node.ask()).toEqual({ asked: true });
  await waitFor(() => coordinator.reports().length === 2, { what: 'the second report' });
});

test('a long report travels gzipped', async () => {
  const { coordinator, node } = await setUp();
  const rows = Array.from(
    { length: 400 },
    (_, at) => `[ebuild  N     ] dev-libs/lib${at}-1.0::gentoo  USE="a -b" 0 KiB\n`,
  );
  await node.write('stdout', `${rows.join('')}\nTotal: 400 packages (400 new), Size of downloads: 0 KiB\n`);
  await node.start();
  await waitFor(() => coordinator.reports().length === 1, { what: 'the report' });
  expect(coordinator.reports()[0]?.entries).toHaveLength(400);
  expect(coordinator.binaryFrames).toBe(1);
});

test('an upgrade that is refused is shown with what to do, and tried again without any secret in it', async () => {
  const { coordinator, node } = await setUp({ refuseUpgrade: '404 Not Found' });
  await node.start();
  await waitFor(() => coordinator.authorizations.length >= 2, { what: 'the second try' });
  expect(coordinator.authorizations[0]).toBeUndefined();
  const { link } = await node.status();
  expect(link.problem).toEqual({
    message: 'expected a WebSocket, got HTTP 404',
    hint: 'See that coordinator.url names the control listener of a coordinator.',
  });
  coordinator.knobs.refuseUpgrade = '';
  await waitFor(async () => (await node.status()).link.state === 'online', { what: 'online' });
});

test('a final refusal is shown and not tried again, while looks go on', async () => {
  const { coordinator, node } = await setUp({ refuseHello: 'update binhost-agent on this node' });
  await node.start();
  await waitFor(async () => (await node.status()).link.state === 'refused', { what: 'refused' });
  await waitFor(async () => (await node.status()).lastLook, { what: 'a look' });
  const status = await node.status();
  expect(status.link.problem?.message).toContain('update binhost-agent on this node');
  expect(coordinator.hellos).toHaveLength(1);
  await node.ask();
  await waitFor(async () => (await node.status()).lastLook?.number === 2, { what: 'another look' });
});

test('a report that the coordinator cannot use is shown as trouble', async () => {
  const { node } = await setUp({ refuseReports: 'PROTOCOL_BAD_MESSAGE' });
  await node.start();
  const trouble = await waitFor(async () => (await node.status()).trouble, { what: 'trouble' });
  expect(trouble).toContain('PROTOCOL_BAD_MESSAGE');
});

test('a coordinator that says nothing is left, and one that stops answering too', async () => {
  const { coordinator, node } = await setUp(
    { isMute: true },
    { LINK_CONNECT_LIMIT: '100ms', LINK_PING_INTERVAL: '50ms' },
  );
  await node.start();
  await waitFor(() => coordinator.authorizations.length >= 2, { what: 'the second try' });
  coordinator.knobs.isMute = false;
  await waitFor(async () => (await node.status()).link.state === 'online', { what: 'online' });
  const tries = coordinator.authorizations.length;
  coordinator.knobs.answersPings = false;
  await waitFor(() => coordinator.authorizations.length > tries, { what: 'a new connection' });
  const silent = node.log.lines.find(({ reason }) => String(reason).startsWith('heard nothing'));
  expect(silent).toMatchObject({ from: 'online', to: 'offline' });
});

test('an unknown message is answered with an error and does not part them; a broken frame does', async () => {
  const { coordinator, node } = await setUp();
  await node.start();
  await waitFor(() => coordinator.reports().length === 1, { what: 'the report' });
  coordinator.loose({ type: 'from-the-future' });
  await waitFor(() => coordinator.errors.length === 1, { what: 'the error' });
  expect(coordinator.errors[0]).toMatchObject({ code: 'PROTOCOL_BAD_MESSAGE', final: false });
  expect(coordinator.hellos).toHaveLength(1);
  coordinator.raw(Buffer.from('no gzip'));
  await waitFor(() => coordinator.hellos.length === 2, { what: 'a new connection' });
});

test('it comes back when the coordinator does', async () => {
  const { coordinator, node } = await setUp();
  await node.start();
  await waitFor(() => coordinator.reports().length === 1, { what: 'the report' });
  const port = Number(new URL(coordinator.url).port);
  await coordinator.close();
  await waitFor(async () => (await node.status()).link.problem?.message.includes('ECONNREFUSED'), {
    what: 'refused connections',
  });
  open.coordinator = await startTestCoordinator({}, port);
  await waitFor(async () => (await node.status()).link.state === 'online', { what: 'online' });
  // It has another memory: what was acknowledged by the first is looked up again.
  await waitFor(() => open.coordinator?.reports().length, { what: 'a report to the new one' });
});

test('without a coordinator it looks and shows', async () => {
  const node = await makeTestNode();
  open.node = node;
  await node.start();
  await waitFor(async () => (await node.status()).lastLook?.outcome === 'complete', { what: 'a look' });
  expect((await node.status()).link).toMatchObject({ coordinator: '', state: 'offline' });
});
