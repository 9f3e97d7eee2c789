import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parsePackagesIndex } from '@binhost/shared/portage';
import { makeTemporaryDirectory, type TemporaryDirectory } from '@binhost/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkGpkg } from '../../src/publish/check-gpkg.ts';
import { readPoolKey } from '../../src/publish/pool-key.ts';
import { findProbe } from '../../src/publish/probe-package.ts';
import { gpgOf, runVerify } from '../../src/publish/run-gpg.ts';
import { makePublisherRig, type PublisherRig } from './make-publisher.ts';
import { makeTestDatabase, type TestDatabase } from './test-database.ts';

let database: TestDatabase;
let rig: PublisherRig;
let keys: TemporaryDirectory;
beforeAll(async () => {
  [database, keys] = await Promise.all([makeTestDatabase(), makeTemporaryDirectory()]);
  rig = await makePublisherRig(database, join(keys.path, 'gnupg'));
});
afterAll(() => Promise.all([database.drop(), keys.remove(), rig.remove()]));

const probe = async (): Promise<string | undefined> => {
  const key = await readPoolKey(rig.published);
  return key && findProbe(rig.published, key.fingerprint);
};

test('the first start of a publisher makes a signed probe that no index names, the next one leaves it', async () => {
  const first = await rig.publishUntil(async () => (await probe()) !== undefined);
  const path = join(rig.published, (await probe()) ?? '');
  const checked = await checkGpkg(path);
  const key = await readPoolKey(rig.published);
  expect(checked.isSigned).toBe(true);
  expect(await runVerify(gpgOf(rig.config), checked.manifestText)).toBe(key?.fingerprint);
  expect(parsePackagesIndex(await readFile(join(rig.published, 'Packages'), 'utf8')).entries).toEqual([]);
  expect(first.lines.map(({ msg }) => msg)).toContain('made probe package');

  const { mtimeMs } = await stat(path);
  const second = await rig.publishUntil(async (log) => log.lines.some(({ msg }) => msg === 'pool is ready'));
  expect((await stat(path)).mtimeMs).toBe(mtimeMs);
  expect(second.lines.filter(({ level }) => Number(level) >= 40)).toEqual([]);
});
