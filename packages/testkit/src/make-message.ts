import {
  type Hello,
  type InstalledPackage,
  type MergeEntryOnWire,
  type NodeFacts,
  PROTOCOL_VERSION,
  type Report,
  UNKNOWN_FACTS,
} from '@binhost/shared/protocol';

/** Factories of what an agent says: each a whole, valid value, of which a test overrides what it is about. */

export function makeHello(overrides: Partial<Hello> = {}): Hello {
  return {
    type: 'hello',
    protocolVersion: PROTOCOL_VERSION,
    agentVersion: '0.1.0',
    nodeName: 'node1',
    epoch: TEST_EPOCH,
    lastEvent: 0,
    lastAcknowledgedReport: 0,
    inventoryDigest: null,
    sentAtMs: TEST_TIME_MS,
    ...overrides,
  };
}

/** A complete report with one wanted package. */
export function makeReport(overrides: Partial<Report> = {}): Report {
  return {
    type: 'report',
    epoch: TEST_EPOCH,
    number: 1,
    lookedAtMs: TEST_TIME_MS,
    tookMs: 1500,
    lastEvent: 0,
    outcome: 'complete',
    exitCode: 0,
    entries: [makeMergeEntry()],
    problems: [],
    facts: makeNodeFacts(),
    inventoryDigest: '0'.repeat(64),
    ...overrides,
  };
}

/** A package that the node would compile for the first time. */
export function makeMergeEntry(overrides: Partial<MergeEntryOnWire> = {}): MergeEntryOnWire {
  return {
    kind: 'ebuild',
    cpv: 'dev-libs/libfoo-1.2',
    buildId: null,
    slot: '0',
    subslot: '0',
    repository: 'gentoo',
    change: 'new',
    use: { enabled: [], disabled: [] },
    installed: [],
    downloadKiB: 10,
    mask: null,
    fetchRestricted: null,
    interactive: false,
    ...overrides,
  };
}

export function makeInstalledPackage(overrides: Partial<InstalledPackage> = {}): InstalledPackage {
  return {
    cpv: 'dev-libs/libfoo-1.1',
    slot: '0',
    subslot: '0',
    repository: 'gentoo',
    useEnabled: [],
    provides: null,
    ...overrides,
  };
}

export function makeNodeFacts(overrides: Partial<NodeFacts> = {}): NodeFacts {
  return {
    ...UNKNOWN_FACTS,
    chost: 'x86_64-pc-linux-gnu',
    cflags: '-O2 -pipe',
    profile: 'default/linux/amd64/23.0',
    acceptKeywords: ['amd64'],
    features: [],
    binaryOnly: false,
    portageVersion: '3.0.70',
    repositories: [{ name: 'gentoo', revision: null }],
    ...overrides,
  };
}

const TEST_EPOCH = '7b6c1f0e-52a1-4f0b-9a52-0d5b8f4d3c11';
/** 2026-01-01 00:00 UTC. */
const TEST_TIME_MS = 1_767_225_600_000;
