import { createHash } from 'node:crypto';
import { formatPackagesIndex } from '@binhost/shared/portage';
import { expect, test } from 'vitest';
import { cachePath, entriesOfPool, judgeIndex, publishedForm } from '../../src/prove/judge-index.ts';
import { judgeKeyring } from '../../src/prove/judge-keyring.ts';
import { packageUrl } from '../../src/prove/package-url.ts';

const PUBLISHED = formatPackagesIndex({
  header: { TIMESTAMP: '100', CHOST: 'x86_64-pc-linux-gnu', VERSION: '0' },
  entries: [{ CPV: 'sys-fs/fuse-2.6.1', BUILD_ID: '1', PATH: 'sys-fs/fuse/fuse-2.6.1-1.gpkg.tar', SIZE: '5' }],
});
const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
const FACTS = { timestamp: 100, sha256: sha(PUBLISHED), entries: 1 };

function judge(cached: string, now: typeof FACTS | null = FACTS) {
  const { timestamp, text } = publishedForm(cached);
  return judgeIndex({ path: '/c/Packages', timestamp, sha256: sha(text) }, { atBegin: FACTS, now });
}

test("the published index, as Portage keeps it with the time of its download, is the coordinator's", () => {
  expect(judge(PUBLISHED)).toBeUndefined();
  expect(judge(PUBLISHED.replace('PACKAGES: 1\n', 'DOWNLOAD_TIMESTAMP: 1795300000\nPACKAGES: 1\n'))).toBeUndefined();
});

test('an index that says something else at the same time is another one', () => {
  const situation = judge(PUBLISHED.replace('SIZE: 5', 'SIZE: 6'));
  expect(situation).toMatchObject({
    code: 'index-mismatch',
    detail: expect.stringContaining('/c/Packages: its SHA-256'),
  });
});

test('an older index that was played back is noticed', () => {
  expect(judge(PUBLISHED.replace('TIMESTAMP: 100', 'TIMESTAMP: 99'))?.detail).toContain('it is older');
});

test('an index that claims to be newer than any that was published is noticed', () => {
  const detail = judge(PUBLISHED.replace('TIMESTAMP: 100', 'TIMESTAMP: 9999999999'))?.detail;
  expect(detail).toContain('it claims to be newer than what was published');
});

test('a newer index is believed while the link is down, and once the coordinator has told of it', () => {
  const newer = PUBLISHED.replace('TIMESTAMP: 100', 'TIMESTAMP: 101');
  expect(judge(newer, null)).toBeUndefined();
  expect(judge(newer, { timestamp: 101, sha256: sha(newer), entries: 1 })).toBeUndefined();
  expect(judge(newer, { timestamp: 101, sha256: sha(PUBLISHED), entries: 1 })?.detail).toContain('its SHA-256');
});

test('an index between the one told at the beginning and the one told at the end is believed', () => {
  const between = PUBLISHED.replace('TIMESTAMP: 100', 'TIMESTAMP: 101');
  expect(judge(between, { timestamp: 102, sha256: sha('another'), entries: 1 })).toBeUndefined();
});

test("Portage's cache is named by host and path, without the port", () => {
  expect(cachePath('http://10.0.0.1:8080/packages/default/')).toBe('10.0.0.1/packages/default/Packages');
  expect(cachePath('http://x/a/%2e%2e/b')).not.toContain('..');
  expect(cachePath('nothing')).toBeUndefined();
});

const ENTRY = { name: 'ours', syncUri: 'http://binhost:8080/packages/default/', location: '/l' };

test('an entry with the path of the pool is its, whatever the host is called', () => {
  expect(entriesOfPool([ENTRY], 'http://10.0.0.1:8080/packages/default')).toEqual([ENTRY]);
  expect(entriesOfPool([ENTRY], 'http://10.0.0.1:8080/packages/arm')).toEqual([]);
});

test('a package is read from where this node would fetch it, and from nowhere else', () => {
  const places = { packagesUrl: 'http://10.0.0.1/packages/default', repositories: [ENTRY] };
  expect(packageUrl('a/b/b-1-1.gpkg.tar', places)?.href).toBe(
    'http://binhost:8080/packages/default/a/b/b-1-1.gpkg.tar',
  );
  expect(packageUrl('../../etc/x', places)).toBeUndefined();
  expect(packageUrl('a', { packagesUrl: null, repositories: [] })).toBeUndefined();
});

const USER = { name: 'nobody', uid: 65534, gid: 65534 };
const directory = (path: string, mode: number) => ({ path, mode, isDirectory: true, uid: 0, gid: 0 });

test('a keyring that everybody can read is open', () => {
  const file = { ...directory('/g/pubring.kbx', 0o644), isDirectory: false };
  expect(judgeKeyring([directory('/', 0o755), directory('/g', 0o711), file], USER)).toBeUndefined();
});

test.each([
  ['/g cannot be entered', [directory('/', 0o755), directory('/g', 0o700)]],
  [
    '/g/pubring.kbx cannot be read',
    [directory('/g', 0o755), { ...directory('/g/pubring.kbx', 0o600), isDirectory: false }],
  ],
])('a keyring is closed where %s', (words, paths) => {
  expect(judgeKeyring(paths, USER)?.detail).toContain(`${words} by the user 'nobody'`);
});
