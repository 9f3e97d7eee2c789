import type { MergeEntry } from '@binhost/shared/emerge';
import { describe, expect, it } from 'vitest';
import { compareRow } from '../compare-row.ts';
import type { PortagePackageRow } from '../portage-record.ts';

const row: PortagePackageRow = {
  kind: 'binary',
  cpv: 'net-misc/font-7x13-2.0-r1',
  buildId: 12,
  slot: '2',
  subslot: '2.1',
  repository: 'gentoo',
  marks: ['new_version'],
  mask: '~',
  installed: ['1.0-r0'],
  enabled: ['ssl', 'cpu_flags_x86_sse2'],
  disabled: ['doc'],
  hidden: [],
  bytes: 1025,
};

const entry: MergeEntry = {
  kind: 'binary',
  cpv: 'net-misc/font-7x13-2.0-r1',
  buildId: 12,
  slot: '2',
  subslot: '2.1',
  repository: 'gentoo',
  change: 'upgrade',
  use: { enabled: ['cpu_flags_x86_sse2', 'ssl'], disabled: ['doc'] },
  installed: ['1.0'],
  downloadKiB: 2,
  mask: '~',
  fetchRestricted: null,
  interactive: false,
};

describe('compareRow', () => {
  it('finds nothing where both say the same', () => {
    expect(compareRow(row, entry)).toEqual([]);
  });

  it.each<[keyof MergeEntry, Partial<MergeEntry>]>([
    ['kind', { kind: 'ebuild' }],
    ['cpv', { cpv: 'net-misc/font-7x13-2.0' }],
    ['buildId', { buildId: null }],
    ['slot', { slot: '0' }],
    ['subslot', { subslot: '2' }],
    ['repository', { repository: null }],
    ['change', { change: 'downgrade' }],
    ['use', { use: { enabled: ['ssl'], disabled: ['doc'] } }],
    ['use', { use: { enabled: ['cpu_flags_x86_sse2', 'ssl'], disabled: ['doc', 'gone'] } }],
    ['installed', { installed: [] }],
    ['downloadKiB', { downloadKiB: 1 }],
    ['mask', { mask: null }],
    ['fetchRestricted', { fetchRestricted: 'satisfied' }],
    ['interactive', { interactive: true }],
  ])('names %s where it differs, with both readings', (field, changed) => {
    const [difference, ...others] = compareRow(row, { ...entry, ...changed });
    expect(others).toEqual([]);
    expect(difference).toEqual({
      where: `binary net-misc/font-7x13-2.0-r1: ${field}`,
      portage: entry[field],
      parser: changed[field],
    });
  });

  it.each<[string[], MergeEntry['change']]>([
    [['new'], 'new'],
    [['new', 'new_slot'], 'new-slot'],
    [['replace'], 'reinstall'],
    [['replace', 'force_reinstall'], 'reinstall'],
    [['new_version', 'downgrade'], 'downgrade'],
    [['new_version', 'force_reinstall'], 'upgrade'],
  ])('takes the marks %j for %s', (marks, change) => {
    expect(compareRow({ ...row, marks }, { ...entry, change })).toEqual([]);
  });

  it('expects neither marks nor a build number where nothing is merged', () => {
    const nothing = { buildId: null, change: null, mask: null, downloadKiB: null } as const;
    const nomerge = {
      ...row,
      kind: 'nomerge',
      marks: ['fetch_restrict', 'interactive', 'replace'],
      bytes: null,
    } as const;
    expect(compareRow({ ...nomerge, marks: [...nomerge.marks] }, { ...entry, kind: 'nomerge', ...nothing })).toEqual(
      [],
    );
  });

  it('compares blockers by their atom', () => {
    const blocks = { kind: 'blocks', atom: '<dev-libs/a-2', satisfied: false } as const;
    const [difference] = compareRow(blocks, entry);
    expect(difference?.where).toBe('blocks <dev-libs/a-2: kind');
  });
});
