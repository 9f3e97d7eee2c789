import { expect, test } from 'vitest';
import { nodeFacts, repositoryPlaces, settingsOf } from '../../src/collect/node-facts.ts';

const REPOSITORIES = `[DEFAULT]
main-repo = gentoo
location = /not/one

[gentoo]
location = /var/db/repos/gentoo
priority = -1000

[guru]
auto-sync = no
location = /var/db/repos/guru

[nowhere]
priority = 3
`;

const SETTINGS = `CHOST=x86_64-pc-linux-gnu
CFLAGS='-O2
 -pipe'
ACCEPT_KEYWORDS='amd64 ~amd64'
FEATURES='binpkg-multi-instance sandbox'
EMERGE_DEFAULT_OPTS='--ask -G'
PKGDIR=/var/cache/binpkgs
`;

const TEXTS = {
  settings: SETTINGS,
  repositories: REPOSITORIES,
  version: 'Portage 3.0.82 (python 3.13.1-final-0, default/linux/amd64/23.0, gcc-15)\n',
  profile: '../../var/db/repos/gentoo/profiles/default/linux/amd64/23.0',
};

test('facts are read from what Portage prints', () => {
  expect(nodeFacts(TEXTS, new Map([['gentoo', 'abc123']]))).toMatchObject({
    chost: 'x86_64-pc-linux-gnu',
    cflags: '-O2  -pipe',
    profile: 'default/linux/amd64/23.0',
    acceptKeywords: ['amd64', '~amd64'],
    features: ['binpkg-multi-instance', 'sandbox'],
    binaryOnly: true,
    portageVersion: '3.0.82',
    repositories: [
      { name: 'gentoo', revision: 'abc123' },
      { name: 'guru', revision: null },
    ],
  });
});

test('what Portage does not say is empty or unknown, never missing', () => {
  const facts = nodeFacts({ settings: '', repositories: '', version: '', profile: '' }, new Map());
  expect(facts).toMatchObject({ chost: '', features: [], portageVersion: 'unknown', binaryOnly: false });
});

test('only sections with a location are repositories', () => {
  expect(repositoryPlaces(REPOSITORIES).map(({ name }) => name)).toEqual(['gentoo', 'guru']);
});

test('settings keep line ends and quotes inside their values', () => {
  expect(settingsOf(SETTINGS).get('CFLAGS')).toBe('-O2\n -pipe');
});
