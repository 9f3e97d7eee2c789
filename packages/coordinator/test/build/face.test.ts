import { describe, expect, it } from 'vitest';
import { exactAtom, faceFiles } from '../../src/build/face.ts';
import { makeBoundDependency, makeBuildJob } from './make-build-job.ts';

const USE = 'package.use/zz-binhost-face';

describe('faceFiles', () => {
  it('says what the node says of the target', () => {
    const job = makeBuildJob({
      cpv: 'net-dns/dnsmasq-2.34',
      useEnabled: ['dbus', 'cpu_flags_x86_sse2'],
      useDisabled: ['dhcp'],
    });
    expect(Object.fromEntries(faceFiles(job))).toEqual({
      [USE]: '=net-dns/dnsmasq-2.34::gentoo dbus cpu_flags_x86_sse2 -dhcp\n',
      'package.accept_keywords/zz-binhost-face': '=net-dns/dnsmasq-2.34::gentoo **\n',
      'package.unmask/zz-binhost-face': '=net-dns/dnsmasq-2.34::gentoo\n',
      'package.license/zz-binhost-face': '=net-dns/dnsmasq-2.34::gentoo *\n',
      'profile/package.use.mask': '=net-dns/dnsmasq-2.34 -dbus -cpu_flags_x86_sse2\n',
      'profile/package.use.force': '=net-dns/dnsmasq-2.34 -dhcp\n',
    });
  });

  it("writes the node's other packages too, the target last", () => {
    const face = [
      { cpv: 'dev-lang/python-3.12', repository: 'gentoo', useEnabled: ['ssl'], useDisabled: [] },
      { cpv: 'sys-fs/fuse-2.6.1', repository: 'gentoo', useEnabled: [], useDisabled: ['static'] },
    ];
    const job = makeBuildJob({ useEnabled: ['static'], face });
    expect(faceFiles(job).get(USE)).toBe('=dev-lang/python-3.12::gentoo ssl\n=sys-fs/fuse-2.6.1::gentoo static\n');
  });

  it('gives a bound dependency exactly the flags that it has on the node', () => {
    const job = makeBuildJob({ bindings: [makeBoundDependency({ useEnabled: ['static-libs'] })] });
    expect(faceFiles(job).get(USE)).toBe('=dev-libs/libfoo-1.0::gentoo -* static-libs\n');
  });

  it('mentions a bound dependency once where the node merges it itself', () => {
    const face = [{ cpv: 'dev-libs/libfoo-1.0', repository: 'gentoo', useEnabled: [], useDisabled: ['static-libs'] }];
    const job = makeBuildJob({ bindings: [makeBoundDependency()], face });
    expect(faceFiles(job).get(USE)).toBe('=dev-libs/libfoo-1.0::gentoo -static-libs\n');
  });
});

describe('exactAtom', () => {
  it('names the repository where there is one', () => {
    expect(exactAtom({ cpv: 'a/b-1', repository: 'gentoo' })).toBe('=a/b-1::gentoo');
    expect(exactAtom({ cpv: 'a/b-1', repository: null })).toBe('=a/b-1');
  });
});
