import { describe, expect, it } from 'vitest';
import { makeConfText, parseEnvvars } from '../../src/build/make-conf.ts';

describe('makeConfText', () => {
  it("keeps what decides how code comes out, and not the owner's USE", () => {
    const text = makeConfText({ CHOST: 'x86_64-pc-linux-gnu', CFLAGS: '-O2 -pipe', USE: 'a b', MAKEOPTS: '' }, '');
    expect(text).toContain('CHOST="x86_64-pc-linux-gnu"\nCFLAGS="-O2 -pipe"\n');
    expect(text).not.toMatch(/^(?:USE|MAKEOPTS)=/m);
  });

  it("takes the pool's own lines instead", () => {
    const text = makeConfText({ CFLAGS: '-O2' }, 'CFLAGS="-O3"\nUSE="ssl"');
    expect(text).toContain('CFLAGS="-O3"\nUSE="ssl"\nFEATURES="${FEATURES} ');
    expect(text).not.toContain('-O2');
  });

  it('has FEATURES of its own, after the sandboxes as the binhost has them', () => {
    const [first, ...others] = makeConfText({ FEATURES: 'sandbox getbinpkg userpriv splitdebug' }, '').split('\n');
    expect(first).toMatch(/^FEATURES="sandbox -usersandbox -network-sandbox .*userpriv /);
    expect(others.join('\n')).toContain('FEATURES="${FEATURES} binpkg-multi-instance');
    expect(others.join('\n')).toContain(' -getbinpkg ');
    expect([first, ...others].join('\n')).not.toContain('splitdebug');
  });

  it('quotes what would mean something else in make.conf', () => {
    expect(makeConfText({ CFLAGS: '-DX="$a`b`\\c"' }, '')).toContain('CFLAGS="-DX=\\"\\$a\\`b\\`\\\\c\\""');
  });
});

describe('parseEnvvars', () => {
  it('reads what portageq envvar -v prints', () => {
    const text = "CHOST=x86_64-pc-linux-gnu\nCFLAGS='-O2 -pipe'\nMAKEOPTS=''\nODD='it'\"'\"'s'\n";
    expect(parseEnvvars(text)).toEqual({
      CHOST: 'x86_64-pc-linux-gnu',
      CFLAGS: '-O2 -pipe',
      MAKEOPTS: '',
      ODD: "it's",
    });
  });

  it('passes over what is no setting', () => {
    expect(parseEnvvars('!!! a warning\nA=1\n')).toEqual({ A: '1' });
  });
});
