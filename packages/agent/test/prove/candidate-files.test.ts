import { expect, test } from 'vitest';
import { candidateFiles } from '../../src/prove/candidate-files.ts';

const REPOSITORIES = [
  { name: 'gentoo', syncUri: 'https://distfiles.gentoo.org/x', location: '/var/cache/binhost/gentoo' },
  { name: 'ours', syncUri: 'http://binhost:8080/packages/default', location: '/srv/binhost' },
];

test('a file is looked for in every location and in PKGDIR', () => {
  const places = { repositories: REPOSITORIES, packageDirectory: '/var/cache/binpkgs', root: '/' };
  expect(candidateFiles('a/b/b-1-1.gpkg.tar', places)).toEqual([
    '/var/cache/binhost/gentoo/a/b/b-1-1.gpkg.tar',
    '/srv/binhost/a/b/b-1-1.gpkg.tar',
    '/var/cache/binpkgs/a/b/b-1-1.gpkg.tar',
  ]);
});

test('for a system that is not at /, both its own and the full path are tried', () => {
  const places = { repositories: [], packageDirectory: '/pkg', root: '/hosts/node1' };
  expect(candidateFiles('a.tar', places)).toEqual(['/hosts/node1/pkg/a.tar', '/pkg/a.tar']);
});

test.each(['../x', '/etc/passwd', 'a/../../x', '.'])('a path that leads out (%s) has no file', (path) => {
  expect(candidateFiles(path, { repositories: REPOSITORIES, packageDirectory: '/p', root: '/' })).toEqual([]);
});
