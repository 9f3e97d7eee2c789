import { bindingText } from '@binhost/shared/portage';
import { makeInstalledPackage, makeMergeEntry } from '@binhost/testkit';
import { describe, expect, test } from 'vitest';
import { findBindings } from '../../src/demand/find-bindings.ts';
import { packagesToBe, type WillHave } from '../../src/demand/will-have.ts';
import type { EbuildMetadata } from '../../src/tree/ebuild-metadata.ts';
import { makeMetadata } from './make-row.ts';

const libfoo1 = makeInstalledPackage({ cpv: 'dev-libs/libfoo-1.0', subslot: '1' });
const libfoo2 = makeMergeEntry({ cpv: 'dev-libs/libfoo-2.0', subslot: '2', change: 'upgrade' });

function bindings(
  metadata: Partial<EbuildMetadata>,
  available: Map<string, WillHave[]>,
  { use = [], withBdeps = false }: { use?: string[]; withBdeps?: boolean } = {},
): string[] {
  return findBindings(makeMetadata(metadata), use, available, { withBdeps }).map(bindingText);
}

describe('the bindings of a wish', () => {
  test('name the sub-slot that stays where the list does not move it', () => {
    expect(bindings({ rdepend: 'dev-libs/libfoo:=' }, packagesToBe([], [libfoo1]))).toEqual(['dev-libs/libfoo:0/1']);
  });

  test('name the sub-slot that the list moves to, not the installed one', () => {
    const available = packagesToBe([libfoo2], [libfoo1]);
    expect(bindings({ rdepend: 'dev-libs/libfoo:=' }, available)).toEqual(['dev-libs/libfoo:0/2']);
  });

  test('come from RDEPEND and PDEPEND, each once and sorted, and from DEPEND where the node looks at it', () => {
    const available = packagesToBe(
      [],
      [libfoo1, makeInstalledPackage({ cpv: 'a/x-1', subslot: '7' }), makeInstalledPackage({ cpv: 'z/y-1' })],
    );
    const metadata = { depend: 'z/y:= dev-libs/libfoo:=', rdepend: 'dev-libs/libfoo:0=', pdepend: 'a/x:=' };
    expect(bindings(metadata, available)).toEqual(['a/x:0/7', 'dev-libs/libfoo:0/1']);
    const all = ['a/x:0/7', 'dev-libs/libfoo:0/1', 'z/y:0/0'];
    expect(bindings(metadata, available, { withBdeps: true })).toEqual(all);
  });

  test.each([
    ['a dependency without :=', 'dev-libs/libfoo', []],
    ['a dependency on any slot', 'dev-libs/libfoo:*', []],
    ['a blocker', '!dev-libs/libfoo:=', []],
    ['a dependency below a disabled flag', 'gnutls? ( dev-libs/libfoo:= )', []],
    ['a dependency below an enabled flag', 'ssl? ( dev-libs/libfoo:= )', ['dev-libs/libfoo:0/1']],
    ['a dependency below a negated flag', '!gnutls? ( dev-libs/libfoo:0= )', ['dev-libs/libfoo:0/1']],
    ['a version that the node will not have', '>=dev-libs/libfoo-2:=', []],
  ])('take %s for what it is', (_what, rdepend, expected) => {
    expect(bindings({ rdepend }, packagesToBe([], [libfoo1]), { use: ['ssl'] })).toEqual(expected);
  });

  test('follow the highest version that matches where the node will have several slots', () => {
    const available = packagesToBe(
      [],
      ['1.9:9', '1.10:10', '1.2:2'].map((text) => {
        const [version, slot = ''] = text.split(':');
        return makeInstalledPackage({ cpv: `dev-lang/lua-${version}`, slot, subslot: slot });
      }),
    );
    expect(bindings({ rdepend: 'dev-lang/lua:=' }, available)).toEqual(['dev-lang/lua:10/10']);
    expect(bindings({ rdepend: '<dev-lang/lua-1.10:=' }, available)).toEqual(['dev-lang/lua:9/9']);
    expect(bindings({ rdepend: 'dev-lang/lua:2=' }, available)).toEqual(['dev-lang/lua:2/2']);
  });

  test('name in a choice the alternatives that the node will have', () => {
    const rdepend = '|| ( dev-libs/libbar:= dev-libs/libfoo:= )';
    expect(bindings({ rdepend }, packagesToBe([], [libfoo1]))).toEqual(['dev-libs/libfoo:0/1']);
  });

  test('carry the version and flags that the node will have', () => {
    const entry = makeMergeEntry({ ...libfoo2, use: { enabled: ['static-libs'], disabled: ['doc'] } });
    const available = packagesToBe([entry], [libfoo1]);
    const [found] = findBindings(makeMetadata({ rdepend: 'dev-libs/libfoo:=' }), [], available, { withBdeps: false });
    expect(found).toMatchObject({ cpv: 'dev-libs/libfoo-2.0', repository: 'gentoo', useEnabled: ['static-libs'] });
  });

  test('are none where a dependency text cannot be read', () => {
    expect(bindings({ rdepend: 'dev-libs/libfoo:= ( (' }, packagesToBe([], [libfoo1]))).toEqual([]);
  });
});
