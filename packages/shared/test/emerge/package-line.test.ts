import { describe, expect, it } from 'vitest';
import { parsePackageLine } from '../../src/emerge/package-line.ts';

const entryOf = (line: string) => parsePackageLine(line)?.entry;

describe('parsePackageLine', () => {
  it('splits the build number off a binary only', () => {
    expect(entryOf('[binary  N g   ] a/b-2.34-1::r  0 KiB')).toMatchObject({ cpv: 'a/b-2.34', buildId: 1 });
    expect(entryOf('[binary  N g   ] a/b-1.0-r2-13::r  0 KiB')).toMatchObject({ cpv: 'a/b-1.0-r2', buildId: 13 });
    expect(entryOf('[binary  N     ] a/b-20061027.2 250 kB')).toMatchObject({ cpv: 'a/b-20061027.2', buildId: null });
    expect(entryOf('[binary  N     ] a/b-20240601 250 kB')).toMatchObject({ cpv: 'a/b-20240601', buildId: null });
    expect(entryOf('[binary  N     ] a/font-7x13-1 0 kB')).toMatchObject({ cpv: 'a/font-7x13-1', buildId: null });
    expect(entryOf('[binary  N     ] a/font-7x13-1-2 0 kB')).toMatchObject({ cpv: 'a/font-7x13-1', buildId: 2 });
    expect(entryOf('[nomerge       ] a/b-2.34-1::r ')).toMatchObject({ cpv: 'a/b-2.34', buildId: null });
    expect(entryOf('[ebuild  N     ] a/b-1-2::r  0 KiB')).toBeUndefined();
  });

  it('takes slot and sub-slot as printed, and 0 where none is', () => {
    expect(entryOf('[ebuild  N     ] a/b-1:2.4/5.6::r  0 KiB')).toMatchObject({ slot: '2.4', subslot: '5.6' });
    expect(entryOf('[ebuild  N     ] a/b-1:stable::r  0 KiB')).toMatchObject({ slot: 'stable', subslot: 'stable' });
    expect(entryOf('[ebuild  N     ] a/b-1  0 kB')).toMatchObject({ slot: '0', subslot: '0', repository: null });
  });

  it('lists every installed version without slot and repository', () => {
    const line = '[ebuild  NS    ] a/b-3:3::r [1.0-r1:1/1.2::r, 2:2::s] 0 KiB';
    expect(entryOf(line)?.installed).toEqual(['1.0-r1', '2']);
  });

  it.each([
    [' N     ', 'new'],
    [' NS    ', 'new-slot'],
    ['  R    ', 'reinstall'],
    [' rR    ', 'reinstall'],
    [' r  U  ', 'upgrade'],
    ['    U ', 'upgrade'],
    ['    UD ', 'downgrade'],
    ['   FUD~', 'downgrade'],
  ])('reads the marks "%s" as %s', (marks, change) => {
    expect(entryOf(`[ebuild ${marks}] a/b-1  0 KiB`)?.change).toBe(change);
  });

  it.each([
    '[ebuild        ] a/b-1  0 KiB',
    '[ebuild  X     ] a/b-1  0 KiB',
    '[ebuild  NN    ] a/b-1  0 KiB',
    '[ebuild  UN    ] a/b-1  0 KiB',
    '[ebuild  N     ] b-1  0 KiB',
    '[ebuild  N     ] a/b  0 KiB',
    '[ebuild  N     ] a/b-1::  0 KiB',
    '[ebuild  N     ] a/b-1:  0 KiB',
    '[ebuild  N     ] a/b-1  USE="x" 0 KiB and more',
    '[ebuild  N     ] a/b-1  USE="x 0 KiB',
    '[ebuild  N     ] a/b-1  USE="x=y" 0 KiB',
    '[ebuild  N     ] a/b-1  0 KiB 0 KiB',
    '[ebuild     U  ] a/b-1 [what else]  0 KiB',
    '[ebuild  N     ] a/b-1  4,05 KiX',
    '[ebuild  N     ] a/b-1  0 KiB [0] [what]',
  ])('takes nothing from %s, whose every part is not understood', (line) => {
    expect(parsePackageLine(line)).toBeUndefined();
  });

  it.each([
    ['0 KiB', 0],
    ['40553 KiB', 40553],
    ['40,553 kB', 40553],
    ['1.320.960 KiB', 1320960],
    ['1\u00a0320\u202f960 KiB', 1320960],
    ['1 320 960 KiB', 1320960],
    ['2 MiB', 2048],
    ['1.5 MiB', 1536],
    ['1 GiB', 1048576],
    ['512 B', 1],
    ['0 KiB [0=>1]', 0],
    ['[empty/missing/bad digest]', null],
  ])('reads the size %s', (size, downloadKiB) => {
    expect(parsePackageLine(`[ebuild  N     ] a/b-1::r  USE="x" ${size}`)).toMatchObject({ entry: { downloadKiB } });
  });

  it('reads columns, and says that they were columns', () => {
    const line = '[ebuild     U  ] a/b-c        [2.34:0/1::r]        [2.33:0/0::r] USE="x" 0 KiB';
    const read = parsePackageLine(line);
    expect(read?.columns).toBe(true);
    expect(read?.entry).toMatchObject({ cpv: 'a/b-c-2.34', subslot: '1', repository: 'r', installed: ['2.33'] });
  });

  it('says the depth in a tree and the other root', () => {
    expect(parsePackageLine('[ebuild  N     ]   a/b-1::r  0 KiB')?.depth).toBe(2);
    expect(parsePackageLine('[ebuild  N     ] a/b-1::r to /mnt/target/ 0 KiB')?.root).toBe('/mnt/target/');
  });
});
