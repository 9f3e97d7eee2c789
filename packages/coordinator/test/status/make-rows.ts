import type { BuildRow, NodeRow, StatusRows, WishRow } from '../../src/status/status-rows.ts';

/** Rows as the status store reads them; a test overrides what it is about. */
export const NOW_MS = Date.UTC(2026, 0, 1, 12);

/** @param ms before NOW_MS */
export const before = (ms: number): Date => new Date(NOW_MS - ms);

export function makeNode(overrides: Partial<NodeRow> = {}): NodeRow {
  return {
    id: '0b8f7d0e-6a0c-4e2b-8a8e-3a6a6d5f1c22',
    name: 'alpha',
    pool: 'default',
    agentVersion: '0.1.0',
    binaryOnly: false,
    firstSeenAt: before(3_600_000),
    lastSeenAt: before(1000),
    connectedAt: before(60_000),
    clockSkewMs: 20,
    report: { number: 3, lookedAt: before(30_000), outcome: 'complete', problems: 0 },
    ...overrides,
  };
}

export function makeBuildRow(overrides: Partial<BuildRow> = {}): BuildRow {
  return {
    id: 12,
    variantKey: 'v1',
    pool: 'default',
    cpv: 'net-dns/dnsmasq-2.90',
    slot: '0',
    subslot: '0',
    repository: 'gentoo',
    useEnabled: ['dbus'],
    bindings: [{ cp: 'dev-libs/libfoo', slot: '0', subslot: '2' }],
    state: 'building',
    stateSince: before(5000),
    reason: 'builder one works on it',
    failureKind: null,
    heldBy: null,
    priority: 1,
    missing: 0,
    notBefore: before(10_000),
    attemptCount: 1,
    createdAt: before(20_000),
    ...overrides,
  };
}

export function makeWish(overrides: Partial<WishRow> = {}): WishRow {
  return {
    nodeId: '0b8f7d0e-6a0c-4e2b-8a8e-3a6a6d5f1c22',
    nodeName: 'alpha',
    pool: 'default',
    cpv: 'net-dns/dnsmasq-2.90',
    slot: '0',
    subslot: '0',
    repository: 'gentoo',
    useEnabled: ['dbus'],
    bindings: [],
    variantKey: 'v1',
    state: 'waiting',
    reasonCode: null,
    reason: null,
    stateSince: before(5000),
    firstWantedAt: before(9000),
    build: null,
    ...overrides,
  };
}

/** A coordinator in good health: one node, one builder that is seen. */
export function makeRows(overrides: Partial<StatusRows> = {}): StatusRows {
  return {
    nodes: [makeNode()],
    wishCounts: [],
    buildCounts: [],
    active: [],
    stopped: [],
    failed: [],
    builders: [
      {
        id: '5a181286-c44d-4760-a487-033cbe616632',
        name: 'one',
        mode: 'host',
        pools: [],
        version: '0.1.0',
        startedAt: before(60_000),
        seenAt: before(1000),
        stoppedAt: null,
      },
    ],
    chores: [],
    faults: [],
    usualSeconds: new Map(),
    indexes: [],
    claimableSince: null,
    lastAttemptAt: null,
    builtSince: null,
    ...overrides,
  };
}
