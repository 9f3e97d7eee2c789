import { describe, expect, it } from 'vitest';
import { parseUseGroup } from '../../src/emerge/use-flags.ts';

describe('parseUseGroup', () => {
  it.each([
    ['x', 'enabled'],
    ['x*', 'enabled'],
    ['x%', 'enabled'],
    ['x%*', 'enabled'],
    ['(x)', 'enabled'],
    ['(x*)', 'enabled'],
    ['(x%*)', 'enabled'],
    ['{x}', 'enabled'],
    ['({x%*})', 'enabled'],
    ['-x', 'disabled'],
    ['-x*', 'disabled'],
    ['-x%', 'disabled'],
    ['(-x)', 'disabled'],
    ['(-x*)', 'disabled'],
    ['{-x%}', 'disabled'],
    ['(-x%)', 'gone'],
    ['(-x%*)', 'gone'],
  ])('reads %s as %s', (word, state) => {
    expect(parseUseGroup('USE', word)).toEqual([{ name: 'x', state }]);
  });

  it('puts the variable of USE_EXPAND before the flag', () => {
    expect(parseUseGroup('CPU_FLAGS_X86', 'sse4_2 (-avx2%*)')).toEqual([
      { name: 'cpu_flags_x86_sse4_2', state: 'enabled' },
      { name: 'cpu_flags_x86_avx2', state: 'gone' },
    ]);
    expect(parseUseGroup('ABI_X86', '(64) -32')).toEqual([
      { name: 'abi_x86_64', state: 'enabled' },
      { name: 'abi_x86_32', state: 'disabled' },
    ]);
  });

  it('understands an empty group', () => {
    expect(parseUseGroup('USE', '')).toEqual([]);
  });

  it.each(['-', '(x', 'x)', '(x}', '--x', 'x!', 'x=y', '*', '(-%)'])('takes no flag from %s', (word) => {
    expect(parseUseGroup('USE', `good ${word}`)).toBeUndefined();
  });
});
