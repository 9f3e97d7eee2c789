import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTemporaryDirectory } from '@binhost/testkit';
import { expect, test } from 'vitest';
import { openEmergeLog, parseEmergeLog } from '../../src/tree/emerge-log.ts';

const LOG = `1700000000: Started emerge on: Nov 14, 2023 22:13:20
1700000000:  *** emerge --update --deep @world
1700000010:  >>> emerge (1 of 3) net-dns/dnsmasq-2.90-r1 to /
1700000011:  === (1 of 3) Cleaning (net-dns/dnsmasq-2.90-r1::/var/db/repos/gentoo/net-dns/dnsmasq/dnsmasq-2.90-r1.ebuild)
1700000012:  === (1 of 3) Compiling/Merging (net-dns/dnsmasq-2.90-r1::/var/db/repos/gentoo/net-dns/dnsmasq/dnsmasq-2.90-r1.ebuild)
1700000015:  >>> emerge (2 of 3) app-misc/bin-1 to /
1700000016:  === (2 of 3) Merging Binary (app-misc/bin-1::/var/cache/binpkgs/app-misc/bin-1.gpkg.tar)
1700000017:  ::: completed emerge (2 of 3) app-misc/bin-1 to /
1700000130:  ::: completed emerge (1 of 3) net-dns/dnsmasq-2.90-r1 to /
1700000131:  >>> emerge (3 of 3) dev-lang/broken-1 to /
1700000140:  *** terminating.
`;

test('the time of a merge is that between its begin and its end; binaries and what did not end tell nothing', () => {
  expect([...parseEmergeLog(LOG)]).toEqual([['net-dns/dnsmasq', 120]]);
});

test('the newest merge of a package counts', () => {
  const again = `${LOG}1700001000:  >>> emerge (1 of 1) net-dns/dnsmasq-2.91 to /
1700001007:  ::: completed emerge (1 of 1) net-dns/dnsmasq-2.91 to /
`;
  expect(parseEmergeLog(again).get('net-dns/dnsmasq')).toBe(7);
});

test('a log that is not there tells nothing, and one that grows is read again', async () => {
  const home = await makeTemporaryDirectory();
  try {
    const read = openEmergeLog(home.path);
    expect([...(await read())]).toEqual([]);
    await mkdir(join(home.path, 'var/log'), { recursive: true });
    const path = join(home.path, 'var/log/emerge.log');
    await writeFile(path, LOG);
    expect([...(await read())]).toEqual([['net-dns/dnsmasq', 120]]);
    await appendFile(
      path,
      '1700002000:  >>> emerge (1 of 1) a/b-1 to /\n1700002009:  ::: completed emerge (1 of 1) a/b-1 to /\n',
    );
    expect((await read()).get('a/b')).toBe(9);
  } finally {
    await home.remove();
  }
});
