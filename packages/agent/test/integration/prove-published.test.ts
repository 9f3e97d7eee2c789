import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { PackagesPublished, Proofs } from '@binhost/shared/protocol';
import { waitFor } from '@binhost/testkit';
import { afterEach, expect, test } from 'vitest';
import { type GpkgParts, looksSigned, makeGpkg } from '../prove/make-gpkg.ts';
import { startTestCoordinator, type TestCoordinator } from './test-coordinator.ts';
import { makeTestNode, type TestNode } from './test-node.ts';

const open: { node?: TestNode; coordinator?: TestCoordinator } = {};
afterEach(async () => {
  await open.node?.remove();
  await open.coordinator?.close();
});

const PATH = 'sys-fs/fuse/fuse-2.6.1-1.gpkg.tar';
const GOOD = '[GNUPG:] VALIDSIG AABB 2026-11-22\n[GNUPG:] TRUST_FULLY 0 pgp\n';

const CACHED_INDEX = 'root/var/cache/edb/binhost/127.0.0.1/packages/default/Packages';

interface Situation {
  gpkg?: Partial<GpkgParts>;
  gpgStatus?: string;
  settings?: Record<string, string>;
  /** Where the packages are, by binrepos.conf and the coordinator. */
  packagesUrl?: string;
  /** What Portage has cached of the index. */
  cachedIndex?: string;
  /** What the node gets, where that differs from what was published. */
  served?: Buffer | null;
}

/** Publishes fuse, which the node lists as a binary. */
async function publish({ gpkg = {}, gpgStatus = GOOD, settings = {}, served, ...changed }: Situation = {}) {
  const { packagesUrl, cachedIndex } = changed;
  const coordinator = await startTestCoordinator(packagesUrl === undefined ? {} : { packagesUrl });
  open.coordinator = coordinator;
  const node = await makeTestNode({ COORDINATOR_URL: coordinator.url, ...settings });
  open.node = node;
  const bytes = await makeGpkg({ sign: looksSigned, ...gpkg });
  await node.write('gpg-status', gpgStatus);
  if (packagesUrl) await node.write('root/etc/portage/binrepos.conf/ours.conf', `[ours]\nsync-uri = ${packagesUrl}\n`);
  if (cachedIndex) await node.write(CACHED_INDEX, cachedIndex);
  if (served !== null) await node.write(`served/${PATH}`, served ?? bytes);
  await node.start();
  await waitFor(() => coordinator.reports().length === 1, { what: 'the first report' });
  coordinator.send(noticeOf(bytes));
  return { coordinator, node, bytes };
}

function noticeOf(bytes: Buffer): PackagesPublished {
  const sha512 = createHash('sha512').update(bytes).digest('hex');
  const one = {
    cpv: 'sys-fs/fuse-2.6.1',
    buildId: 1,
    buildTime: 1,
    path: PATH,
    size: bytes.length,
    sha512,
    variantKey: '0'.repeat(32),
  };
  const index = { timestamp: 1, sha256: '0'.repeat(64), entries: 1 };
  return { type: 'packages-published', event: 1, index, packages: [one], stillBuilding: 0 };
}

function proofsOf(coordinator: TestCoordinator): Proofs[] {
  return coordinator.received.filter((message) => message.type === 'proofs');
}

async function firstResult(coordinator: TestCoordinator) {
  const proofs = await waitFor(() => proofsOf(coordinator)[0], { what: 'the proofs' });
  return proofs.results[0];
}

test('a published package is fetched by Portage into its place, verified and proven', async () => {
  const { coordinator, node } = await publish();
  const proofs = await waitFor(() => proofsOf(coordinator)[0], { what: 'the proofs' });
  expect(proofs).toMatchObject({ epoch: coordinator.hellos[0]?.epoch, reportNumber: 2 });
  expect(proofs.results).toEqual([{ cpv: 'sys-fs/fuse-2.6.1', buildId: 1, outcome: 'proven', reason: '' }]);
  const fetches = (await node.emergeCalls()).filter(({ args }) => args.includes('--fetchonly'));
  expect(fetches.map(({ args }) => args.at(-1))).toEqual(['=sys-fs/fuse-2.6.1-1']);
});

test('a proven file is not fetched or verified again, and its proof is sent with every look', async () => {
  const { coordinator, node } = await publish();
  await firstResult(coordinator);
  await node.write('gpg-status', '[GNUPG:] NODATA 1\n');
  await node.ask();
  await waitFor(() => proofsOf(coordinator).length === 2, { what: 'the second proofs' });
  expect(proofsOf(coordinator)[1]?.results[0]?.outcome).toBe('proven');
  expect((await node.emergeCalls()).filter(({ args }) => args.includes('--fetchonly'))).toHaveLength(1);
});

test('a file that changed after it was proven is fetched and verified again', async () => {
  const { coordinator, node, bytes } = await publish();
  await firstResult(coordinator);
  const file = join(node.directory, 'root/var/cache/binhost/ours', PATH);
  await writeFile(file, Buffer.from(bytes).fill('X', 512, 600));
  await node.ask();
  await waitFor(() => proofsOf(coordinator).length === 2, { what: 'the second proofs' });
  expect(proofsOf(coordinator)[1]?.results[0]?.outcome).toBe('proven');
  expect(await readFile(file)).toEqual(bytes);
});

test('a file of the right size that stays another one is fetch-failed', async () => {
  const { coordinator } = await publish({
    served: Buffer.from(await makeGpkg({ sign: looksSigned, tamper: { 'image.tar.zst': 'imagE' } })),
  });
  expect(await firstResult(coordinator)).toMatchObject({
    outcome: 'fetch-failed',
    reason: expect.stringContaining('is not the file that the coordinator published'),
  });
});

test('a package that cannot be fetched is fetch-failed with what Portage said, and tried again soon', async () => {
  const { coordinator, node, bytes } = await publish({ served: null, settings: { LOOK_RETRY_PAUSE: '50ms' } });
  expect(await firstResult(coordinator)).toMatchObject({
    outcome: 'fetch-failed',
    reason: expect.stringContaining('no binary packages to satisfy "=sys-fs/fuse-2.6.1-1"'),
  });
  await node.write(`served/${PATH}`, bytes);
  await waitFor(() => proofsOf(coordinator).at(-1)?.results[0]?.outcome === 'proven', { what: 'the proof' });
});

test('a file that is not the published one is fetch-failed', async () => {
  const { coordinator } = await publish({ served: Buffer.from('something else') });
  expect(await firstResult(coordinator)).toMatchObject({
    outcome: 'fetch-failed',
    reason: expect.stringContaining('no such file'),
  });
});

test.each([
  ['no signature', { gpkg: { sign: (text: string) => text } }, 'its Manifest is not signed'],
  [
    'a member that differs',
    { gpkg: { tamper: { 'image.tar.zst': 'imagE' } } },
    'image.tar.zst is not what its Manifest says',
  ],
  [
    'a signature by an unknown key',
    { gpgStatus: '[GNUPG:] NO_PUBKEY AABB\n' },
    'http://127.0.0.1:1/packages/default/key.asc',
  ],
  [
    'a signature by a key that is not trusted',
    { gpgStatus: GOOD.replace('FULLY', 'UNDEFINED') },
    '--quick-lsign-key AABB',
  ],
])('%s is signature-failed with its reason', async (_what, situation, words) => {
  const { coordinator } = await publish(situation);
  expect(await firstResult(coordinator)).toMatchObject({
    outcome: 'signature-failed',
    reason: expect.stringContaining(words),
  });
});

test.each([
  ['prove.maxSize', { PROVE_MAX_SIZE: '100B' }],
  ['prove.minFree', { PROVE_MIN_FREE: '9000000GiB' }],
  ['prove.mode', { PROVE_MODE: 'off' }],
])('over %s a package is not fetched and not proven', async (setting, settings) => {
  const { coordinator, node } = await publish({ settings });
  expect(await firstResult(coordinator)).toMatchObject({
    outcome: 'not-proven',
    reason: expect.stringContaining(setting),
  });
  expect((await node.emergeCalls()).some(({ args }) => args.includes('--fetchonly'))).toBe(false);
});

test('a gpg that cannot be run is trouble that names it, and no verdict on the package', async () => {
  const { coordinator, node } = await publish({ settings: { PORTAGE_GPG: '/nowhere/gpg' } });
  const trouble = await waitFor(async () => (await node.status()).trouble, { what: 'trouble' });
  expect(trouble).toContain("'/nowhere/gpg': no such program");
  expect(proofsOf(coordinator)).toEqual([]);
});

test('acknowledged proofs are not sent again after a reconnect', async () => {
  const { coordinator } = await publish();
  await firstResult(coordinator);
  coordinator.cut();
  await waitFor(() => coordinator.hellos.length === 2, { what: 'the second hello' });
  expect(proofsOf(coordinator)).toHaveLength(1);
});

test('by prove.mode manifest a package is proven over the network, and nothing is fetched', async () => {
  const bytes = await makeGpkg({ sign: looksSigned });
  const server = await serveRanges(bytes);
  const { coordinator, node } = await publish({ settings: { PROVE_MODE: 'manifest' }, packagesUrl: server.url });
  expect(await firstResult(coordinator)).toMatchObject({ outcome: 'proven' });
  expect((await node.emergeCalls()).some(({ args }) => args.includes('--fetchonly'))).toBe(false);
  expect(server.ranges.length).toBeGreaterThan(0);
  server.close();
});

test('by prove.mode manifest a server without ranges is fetch-failed with what it answered', async () => {
  const server = await serveRanges(undefined);
  const { coordinator } = await publish({ settings: { PROVE_MODE: 'manifest' }, packagesUrl: server.url });
  expect(await firstResult(coordinator)).toMatchObject({
    outcome: 'fetch-failed',
    reason: expect.stringContaining('expected HTTP 206 for a range, got 200'),
  });
  server.close();
});

test('while Portage has another index than the published one, nothing counts as proven', async () => {
  const { coordinator, node } = await publish({ cachedIndex: 'TIMESTAMP: 1\n\nCPV: sys-fs/fuse-2.6.1\n\n' });
  expect(await firstResult(coordinator)).toMatchObject({
    outcome: 'not-proven',
    reason: expect.stringContaining('This node sees another index'),
  });
  expect((await node.status()).situations).toMatchObject([{ code: 'index-mismatch' }]);
});

/** The package at every path, by ranges; undefined: a server that knows none. */
async function serveRanges(bytes: Buffer | undefined) {
  const ranges: string[] = [];
  const server = createServer((request, response) => {
    const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    if (!bytes || start === undefined) return response.writeHead(200).end('whole');
    ranges.push(request.headers.range ?? '');
    response.writeHead(206, { 'content-range': `bytes ${start}-${end}/${bytes.length}` });
    return response.end(bytes.subarray(Number(start), Number(end) + 1));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/packages/default`, ranges, close: () => server.close() };
}
