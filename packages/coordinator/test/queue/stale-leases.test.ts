import { describe, expect, it } from 'vitest';
import { staleLeases } from '../../src/queue/reclaim-leases.ts';

const LEASE_MS = 1000;
const row = (renewals: number) => ({ attemptId: 7, buildId: 3, renewals });

describe('staleLeases', () => {
  it('takes nothing back at the first sight of a lease', () => {
    expect(staleLeases(new Map(), [row(4)], 1_000_000, LEASE_MS).stale).toEqual([]);
  });

  it('takes back a lease whose counter stood still for its whole length', () => {
    const first = staleLeases(new Map(), [row(4)], 100, LEASE_MS);
    const second = staleLeases(first.memory, [row(4)], 1099, LEASE_MS);
    expect(second.stale).toEqual([]);
    expect(staleLeases(second.memory, [row(4)], 1100, LEASE_MS).stale).toEqual([row(4)]);
  });

  it('counts anew from every renewal', () => {
    const first = staleLeases(new Map(), [row(4)], 0, LEASE_MS);
    const renewed = staleLeases(first.memory, [row(5)], 900, LEASE_MS);
    expect(staleLeases(renewed.memory, [row(5)], 1500, LEASE_MS).stale).toEqual([]);
    expect(staleLeases(renewed.memory, [row(5)], 1900, LEASE_MS).stale).toEqual([row(5)]);
  });

  it('forgets leases that have ended', () => {
    const first = staleLeases(new Map(), [row(4)], 0, LEASE_MS);
    expect([...staleLeases(first.memory, [], 10, LEASE_MS).memory]).toEqual([]);
  });
});
