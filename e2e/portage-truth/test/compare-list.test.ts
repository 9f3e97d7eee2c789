import { parsePretendText } from '@binhost/shared/emerge';
import { describe, expect, it } from 'vitest';
import { compareList } from '../compare-list.ts';
import type { PortagePackageRow, PortageRecord } from '../portage-record.ts';

const text = `
These are the packages that would be merged, in order:

Calculating dependencies ... done!

[ebuild  N F   ] dev-libs/a-1::gentoo  USE="ssl" 3 KiB
[blocks B      ] dev-libs/b (is soft blocking dev-libs/a-1)

Total: 1 package (1 new), Size of downloads: 3 KiB
Fetch Restriction: 1 package (1 unsatisfied)
Conflict: 1 block (1 unsatisfied)
`;

const row: PortagePackageRow = {
  kind: 'ebuild',
  cpv: 'dev-libs/a-1',
  buildId: null,
  slot: '0',
  subslot: '0',
  repository: 'gentoo',
  marks: ['new', 'fetch_restrict'],
  mask: null,
  installed: [],
  enabled: ['ssl'],
  disabled: [],
  hidden: [],
  bytes: 3000,
};

const record: PortageRecord = {
  lists: [
    {
      finished: true,
      options: ['--pretend', '--verbose'],
      rows: [row, { kind: 'blocks', atom: 'dev-libs/b', satisfied: false }],
      totals: { packages: 1, bytes: 3000 },
    },
  ],
  proposals: [],
  ignored: [],
  exit: 1,
  error: null,
};

const [list] = record.lists;
const changed = (change: object): PortageRecord => ({
  ...record,
  lists: [{ ...list, ...change }] as typeof record.lists,
});

describe('compareList', () => {
  it('finds nothing where both say the same', () => {
    expect(compareList(record, parsePretendText(text))).toEqual([]);
  });

  it.each<[string, PortageRecord]>([
    ['rows', changed({ rows: [row] })],
    ['totals', changed({ totals: { packages: 1, bytes: 9000 } })],
    ['blocked', changed({ rows: [row, { kind: 'blocks', atom: 'dev-libs/b', satisfied: true }] })],
    ['whole list', changed({ options: ['--tree'] })],
    ['binary-ignored', { ...record, ignored: ['dev-libs/a-1'] }],
    ['needs-use-change', { ...record, proposals: [{ kind: 'use', cpv: 'dev-libs/a-1' }] }],
    ['groups in USE_EXPAND_HIDDEN', changed({ rows: [{ ...row, hidden: ['ABI_X86'] }, list?.rows[1]] })],
  ])('names %s where it differs', (where, otherwise) => {
    expect(compareList(otherwise, parsePretendText(text)).map((difference) => difference.where)).toEqual([where]);
  });

  it('expects no rows where Portage displayed no list', () => {
    const none = { ...record, lists: [] };
    expect(compareList(none, parsePretendText('emerge: there are no ebuilds to satisfy "dev-libs/a".\n'))).toEqual([]);
  });
});
