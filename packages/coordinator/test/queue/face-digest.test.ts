import { describe, expect, it } from 'vitest';
import { faceDigest } from '../../src/queue/face-digest.ts';

const packageOf = (cpv: string, useEnabled: string[]) => ({
  cpv,
  repository: 'gentoo',
  useEnabled,
  useDisabled: ['z'],
});

describe('faceDigest', () => {
  it('is the same whatever the order of packages and flags', () => {
    const one = [packageOf('a/b-1', ['x', 'y']), packageOf('c/d-2', [])];
    const other = [packageOf('c/d-2', []), packageOf('a/b-1', ['y', 'x'])];
    expect(faceDigest(one)).toBe(faceDigest(other));
    expect(faceDigest(one)).toMatch(/^[0-9a-f]{32}$/);
  });

  it('tells faces apart by a single flag', () => {
    expect(faceDigest([packageOf('a/b-1', ['x'])])).not.toBe(faceDigest([packageOf('a/b-1', [])]));
  });
});
