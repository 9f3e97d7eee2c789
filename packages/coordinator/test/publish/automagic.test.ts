import { describe, expect, it } from 'vitest';
import { automagicLibraries, automagicText, type RootPackage } from '../../src/publish/automagic.ts';

const installed = (cpv: string, facts: Partial<RootPackage> = {}): RootPackage => ({
  cpv,
  use: [],
  provides: '',
  dependencies: '',
  isSystem: false,
  ...facts,
});
const linked = (values: Record<string, string>, useEnabled: string[] = []) => ({
  cpv: 'app-misc/tool-1',
  useEnabled,
  values,
});
const libfoo = installed('dev-libs/libfoo-1.0', { provides: 'x86_64: libfoo.so.1' });
const needsFoo = { REQUIRES: 'x86_64: libc.so.6 libfoo.so.1' };

describe('automagicLibraries', () => {
  it('names a library that only a package outside the dependencies provides', () => {
    const found = automagicLibraries(linked(needsFoo), [libfoo]);
    expect(found).toEqual([{ soname: 'libfoo.so.1', from: 'dev-libs/libfoo-1.0' }]);
    expect(automagicText(found)).toBe('automagic: libfoo.so.1 from dev-libs/libfoo-1.0');
  });

  it('takes libraries of dependencies, of their dependencies, and of @system', () => {
    expect(automagicLibraries(linked({ ...needsFoo, RDEPEND: 'dev-libs/libfoo:0/1=' }), [libfoo])).toEqual([]);
    expect(automagicLibraries(linked({ ...needsFoo, PDEPEND: '|| ( a/b >=dev-libs/libfoo-1 )' }), [libfoo])).toEqual(
      [],
    );
    const virtual = installed('virtual/foo-0', { use: ['x'], dependencies: 'x? ( dev-libs/libfoo )' });
    expect(automagicLibraries(linked({ ...needsFoo, RDEPEND: 'virtual/foo' }), [virtual, libfoo])).toEqual([]);
    expect(automagicLibraries(linked(needsFoo), [{ ...libfoo, isSystem: true }])).toEqual([]);
  });

  it('looks only at dependencies that the USE flags switch on', () => {
    const values = { ...needsFoo, RDEPEND: 'ssl? ( dev-libs/libfoo )' };
    expect(automagicLibraries(linked(values, ['ssl']), [libfoo])).toEqual([]);
    expect(automagicLibraries(linked(values), [libfoo])).toHaveLength(1);
    const blocker = { ...needsFoo, RDEPEND: '!!dev-libs/libfoo' };
    expect(automagicLibraries(linked(blocker), [libfoo])).toHaveLength(1);
  });

  it('leaves out what the package brings itself, what nobody provides, and an older version of itself', () => {
    expect(automagicLibraries(linked({ ...needsFoo, PROVIDES: 'x86_64: libfoo.so.1' }), [libfoo])).toEqual([]);
    expect(automagicLibraries(linked(needsFoo), [])).toEqual([]);
    const older = installed('app-misc/tool-0', { provides: 'x86_64: libfoo.so.1' });
    expect(automagicLibraries(linked(needsFoo), [older])).toEqual([]);
  });

  it('tells ABIs apart', () => {
    const only32 = { ...libfoo, provides: 'x86_32: libfoo.so.1' };
    expect(automagicLibraries(linked(needsFoo), [only32])).toEqual([]);
  });

  it('is content with one right provider of several', () => {
    const other = installed('dev-libs/otherfoo-1', { provides: 'x86_64: libfoo.so.1' });
    expect(automagicLibraries(linked({ ...needsFoo, RDEPEND: 'dev-libs/libfoo' }), [other, libfoo])).toEqual([]);
  });
});
