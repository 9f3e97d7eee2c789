import { describe, expect, it } from 'vitest';
import { missingForCheckout, missingForHosts } from '../requirements.ts';

describe('what separate hosts need', () => {
  it('is root first of all, then programs, each with its package', () => {
    const greedy = { programs: { 'no-such-program': 'its-package' } };
    const expected =
      process.getuid?.() === 0
        ? 'needs no-such-program: apt-get install its-package'
        : 'needs root, for network namespaces and overlays';
    expect(missingForHosts(greedy)).toEqual([expected]);
  });

  it('names every program and package of a machine that has none of them', (context) => {
    if (process.getuid?.() !== 0) context.skip('needs root to get as far as the programs');
    expect(missingForHosts({ programs: { gcc: 'gcc' } }, [])).toEqual([
      'needs ip, unshare, useradd, gcc: apt-get install iproute2 util-linux passwd gcc',
    ]);
  });

  it('of the real Portage is a checkout besides', () => {
    expect(missingForCheckout(undefined)).toEqual([
      'needs PORTAGE_DIR: a directory on the root file system with a checkout of Portage',
    ]);
    expect(missingForCheckout('/nowhere')).toEqual(['needs bin/emerge below PORTAGE_DIR=/nowhere']);
  });
});
