import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeMergeEntry, makeTemporaryDirectory } from '@binhost/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type BuildRequest, requestBuild } from '../../src/demand/request-build.ts';
import { publishedByVariant } from '../../src/publish/published-store.ts';
import { enqueueBuild, loadLiveBuilds, moveBuild } from '../../src/queue/build-store.ts';
import { failAttempt } from '../../src/queue/lease-store.ts';
import { retryBuild } from '../../src/queue/operator-store.ts';
import { type Fleet, makeFleet } from './make-fleet.ts';

const FUSE = 'sys-fs/fuse-2.6.1';
/** What the binhost's Portage prints, by atom: recorded lines. */
const ANSWERS = {
  'sys-fs/fuse': `
[ebuild  N     ] sys-fs/fuse-2.6.1::gentoo  USE="-static" 0 KiB

Total: 1 package (1 new), Size of downloads: 0 KiB
`,
  'app-misc/masked': `
!!! All ebuilds that could satisfy "app-misc/masked" have been masked.
!!! One of the following masked packages is required to complete your request:
- app-misc/masked-1::gentoo (masked by: ~amd64 keyword)
`,
};
const EMERGE = `
const atom = process.argv.at(-1);
process.stdout.write((${JSON.stringify(ANSWERS)})[atom] ?? '');
`;

let fleet: Fleet;
let removeHome: () => Promise<void>;
beforeAll(async () => {
  const home = await makeTemporaryDirectory();
  removeHome = () => home.remove();
  const program = join(home.path, 'emerge.cjs');
  await writeFile(program, EMERGE);
  fleet = await makeFleet(
    { [FUSE]: ['IUSE=static', 'DEPEND=dev-libs/libfoo:=', 'RDEPEND=dev-libs/libfoo:='], 'app-misc/masked-1': [] },
    { emerge: [process.execPath, program] },
  );
  const installed = join(fleet.home, 'var/db/pkg/dev-libs/libfoo-1.0');
  await mkdir(installed, { recursive: true });
  await writeFile(join(installed, 'SLOT'), '0/1\n');
});
afterEach(() => fleet.reset());
afterAll(async () => {
  await fleet.drop();
  await removeHome();
});

const request = (asked: Partial<BuildRequest>) => {
  const { db, tree, config } = fleet;
  return requestBuild(
    { db, tree, config, publishedByVariant, enqueueBuild },
    { atom: 'sys-fs/fuse', pool: 'default', ...asked },
  );
};

describe('a package that no node reported', () => {
  test('is built with the flags that were asked for, bound to what the pool has', async () => {
    const asked = await request({ use: ['static'] });
    expect(asked).toMatchObject({ cpv: FUSE, useEnabled: ['static'], bindings: ['dev-libs/libfoo:0/1'] });
    expect(asked.build).toMatchObject({ created: true });
    const [live] = await loadLiveBuilds(fleet.db);
    expect(live).toMatchObject({ buildId: asked.build?.buildId, state: 'queued', ebuildMd5: expect.any(String) });
    expect(live?.reason).toContain('asked for by the operator');
    expect(await fleet.buildAll()).toEqual([FUSE]);
    expect(await request({ use: ['static'] })).toMatchObject({ build: null, publishedBuildId: 1 });
  });

  test('is not superseded while nobody else wants it, nor asked for twice', async () => {
    const first = await request({});
    await fleet.planner.pass();
    await fleet.planner.pass();
    expect((await request({})).build).toEqual({ buildId: first.build?.buildId, created: false });
    expect(await loadLiveBuilds(fleet.db)).toMatchObject([{ state: 'queued' }]);
  });

  test('is no longer wanted once its build was cancelled', async () => {
    const { build } = await request({});
    await moveBuild(fleet.db, { buildId: build?.buildId ?? 0, event: 'cancel', reason: 'a person cancelled it' });
    expect(await fleet.planner.pass()).toMatchObject({ enqueued: 0 });
    expect((await request({})).build).toMatchObject({ created: true });
  });

  test('is wanted again when its build is tried again after it was cancelled, or its ebuild changed after it failed', async () => {
    const { build } = await request({});
    const { buildId = 0 } = build ?? {};
    await moveBuild(fleet.db, { buildId, event: 'cancel', reason: 'a person cancelled it' });
    await retryBuild(fleet.db, { buildId, reason: 'a person wants it after all' });
    expect(await fleet.planner.pass()).toMatchObject({ enqueued: 0, superseded: 0 });
    const job = await fleet.claim();
    if (job) await failAttempt(fleet.db, job, { kind: 'package', text: 'compile phase failed', record: {} });
    await writeFile(join(fleet.home, 'gentoo/sys-fs/fuse/fuse-2.6.1.ebuild'), 'EAPI=8\n# corrected\n');
    expect(await fleet.planner.pass()).toMatchObject({ enqueued: 1, superseded: 1 });
    expect(await fleet.planner.pass()).toMatchObject({ enqueued: 0, superseded: 0 });
    expect(await loadLiveBuilds(fleet.db)).toMatchObject([{ state: 'queued' }]);
  });

  test('is one build with the same wish of a node', async () => {
    const entries = [makeMergeEntry({ cpv: FUSE, use: { enabled: [], disabled: ['static'] } })];
    const { build, variantKey } = await request({});
    await fleet.look('node1', {
      entries,
      installed: [
        { cpv: 'dev-libs/libfoo-1.0', slot: '0', subslot: '1', repository: null, useEnabled: [], provides: null },
      ],
    });
    expect((await fleet.wish('node1', FUSE)).variantKey).toBe(variantKey);
    await fleet.planner.pass();
    const live = await loadLiveBuilds(fleet.db);
    expect(live.map((each) => each.buildId)).toEqual([build?.buildId]);
    expect(live[0]?.reason).toContain('one node waits for it');
  });
});

describe('what cannot be built', () => {
  test.each([
    ['no package', { atom: 'fuse' }, 'BAD_REQUEST'],
    ['an option', { atom: '--help' }, 'BAD_REQUEST'],
    ['no flag of it', { use: ['dbus'] }, 'BAD_REQUEST'],
    ['no pool', { pool: 'other' }, 'NOT_FOUND'],
    ['masked', { atom: 'app-misc/masked' }, 'NOT_FOUND'],
  ])('is refused: %s', async (_what, asked, code) => {
    await expect(request(asked)).rejects.toMatchObject({ code });
    expect(await loadLiveBuilds(fleet.db)).toEqual([]);
  });
});
