import { describe, expect, it } from 'vitest';
import { waitFor } from '../src/index.ts';

describe('waitFor', () => {
  it('returns what the condition returns once it holds', async () => {
    let asked = 0;
    expect(await waitFor(() => (asked += 1) > 2 && 'there', { what: 'the third question' })).toBe('there');
  });

  it('names what it waited for and keeps the last error', async () => {
    const condition = () => {
      throw new Error('no file');
    };
    await expect(waitFor(condition, { timeoutMs: 1, what: 'a file' })).rejects.toMatchObject({
      message: 'waited 1 ms for a file',
      cause: { message: 'no file' },
    });
  });
});
