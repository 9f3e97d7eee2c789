import { describe, expect, it } from 'vitest';
import { parseProcessStat } from '../../src/build/process-owner.ts';

describe('parseProcessStat', () => {
  it('is not misled by a name with blanks and parentheses', () => {
    const text = '4053 (a) b (c)) S 1 4053 4052 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 8812 9 9 9\n';
    expect(parseProcessStat(text)).toEqual({
      pid: 4053,
      parent: 1,
      session: 4052,
      startTicks: '8812',
      isZombie: false,
    });
  });

  it('is undefined for anything else', () => {
    expect(parseProcessStat('')).toBeUndefined();
  });
});
