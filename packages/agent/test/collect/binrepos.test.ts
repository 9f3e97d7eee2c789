import { expect, test } from 'vitest';
import { parseBinrepos } from '../../src/collect/binrepos.ts';

const TEXT = `# comment
[DEFAULT]
verify-signature = true
[gentoo]
sync-uri = https://distfiles.gentoo.org/x
priority = 1

[ours]
sync-uri: http://binhost:8080/packages/default
location = /srv/binhost
`;

test('each repository has its location, by default below /var/cache/binhost', () => {
  expect(parseBinrepos(TEXT)).toEqual([
    { name: 'gentoo', syncUri: 'https://distfiles.gentoo.org/x', location: '/var/cache/binhost/gentoo' },
    { name: 'ours', syncUri: 'http://binhost:8080/packages/default', location: '/srv/binhost' },
  ]);
});
