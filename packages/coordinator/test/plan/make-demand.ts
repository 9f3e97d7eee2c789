import type { Demand } from '../../src/demand/load-demand.ts';
import type { WillHave } from '../../src/demand/will-have.ts';
import type { LiveBuildFacts } from '../../src/plan/planned-build.ts';

/** 2026-01-01 00:00 UTC. */
export const NOW_MS = 1_767_225_600_000;

/** A variant named by its key, wanted by these nodes for this many minutes. */
export function makeDemand(
  cpv: string,
  {
    key = cpv,
    nodes = ['node1'],
    minutes = 0,
    ...overrides
  }: Partial<Demand> & {
    key?: string;
    nodes?: string[];
    minutes?: number;
  } = {},
): Demand {
  return {
    variantKey: key,
    pool: 'default',
    cpv,
    slot: '0',
    subslot: '0',
    repository: 'gentoo',
    useEnabled: [],
    useDisabled: [],
    bindings: [],
    wishes: nodes.map((nodeId, i) => ({
      wishId: i + 1,
      nodeId,
      firstWantedAtMs: NOW_MS - minutes * 60_000,
      position: i,
    })),
    ...overrides,
  };
}

export function makeBinding(cpv: string, subslot: string): WillHave {
  const cp = cpv.replace(/-\d.*$/, '');
  return { cp, slot: '0', subslot, cpv, repository: 'gentoo', useEnabled: [] };
}

export function makeLive(buildId: number, variantKey: string, overrides: Partial<LiveBuildFacts> = {}): LiveBuildFacts {
  return {
    buildId,
    variantKey,
    cpv: variantKey,
    state: 'queued',
    reason: 'waits for a builder; one node waits for it',
    priority: 1,
    needs: [],
    attemptCount: 0,
    ebuildMd5: null,
    ...overrides,
  };
}
