import type { WishView } from '@binhost/shared/protocol';
import { makeReport } from '@binhost/testkit';
import { expect, test } from 'vitest';
import { statusText } from '../../src/cli/status-text.ts';
import { type AgentStatus, agentStatus, lookView, shownFacts, statusExitCode } from '../../src/status/agent-status.ts';

const NOW = 1_767_225_900_000;

function wish(overrides: Partial<WishView> = {}): WishView {
  return {
    cpv: 'sys-fs/fuse-2.6.1',
    useEnabled: [],
    bindings: [],
    state: 'ready',
    reasonCode: null,
    reason: null,
    buildState: 'published',
    sinceMs: NOW - 60_000,
    buildId: 1,
    ...overrides,
  };
}

function statusOf(wishes: WishView[] | null, changed: Partial<AgentStatus> = {}): AgentStatus {
  const shown = shownFacts(NOW - 120_000);
  shown.lastLook = lookView(makeReport({ number: 3, lookedAtMs: NOW - 30_000 }), 'on schedule');
  shown.wishes = wishes && { type: 'wishes', madeAtMs: NOW, wishes };
  const status = agentStatus({
    node: 'node1',
    version: '0.1.0',
    coordinator: 'ws://binhost:8443',
    nowMs: NOW,
    shown,
    link: { state: 'online', sinceMs: NOW - 90_000, problem: null },
    nextLook: { atMs: NOW + 3_600_000, reason: 'on schedule' },
    hookProblems: [],
    lastAcknowledgedReport: 3,
  });
  return { ...status, ...changed };
}

test('all is well when every wish is ready or excluded', () => {
  expect(statusExitCode(statusOf([]))).toBe(0);
  expect(statusExitCode(statusOf([wish(), wish({ state: 'excluded' })]))).toBe(0);
});

test.each(['waiting', 'unbuildable', 'published', 'refused'] as const)('a wish that is %s is not well', (state) => {
  expect(statusExitCode(statusOf([wish(), wish({ state })]))).toBe(1);
});

test('nothing is well while wishes are not known, the link is down or the last look spoiled', () => {
  const link = { ...statusOf([]).link, state: 'offline' as const };
  const lastLook = { ...lookView(makeReport({ outcome: 'incomplete' }), 'x'), isAcknowledged: true };
  const spoiled = [statusOf(null), statusOf([], { link }), statusOf([], { lastLook }), statusOf([], { trouble: 'x' })];
  expect(spoiled.map(statusExitCode)).toEqual([1, 1, 1, 1]);
});

test('the text shows the link, the look and every wish with its reason', () => {
  const text = statusText(
    statusOf([
      wish(),
      wish({ cpv: 'mail-mta/postfix-3.8', state: 'waiting', buildState: 'queued', buildId: null }),
      wish({ cpv: 'a/b-1', state: 'refused', reason: 'Its signature\n could not be verified.' }),
    ]),
  );
  expect(text).toBe(`node         node1 (binhost-agent 0.1.0, started 2m ago)
coordinator  ws://binhost:8443: online since 1m 30s
last look    30s ago, took 2s: complete, 1 to compile, 0 as binaries (on schedule)
report       number 3, the coordinator has it
next look    in 1h (on schedule)

Wishes: 1 ready, 1 waiting, 1 refused
  ready             sys-fs/fuse-2.6.1-1   1m
  waiting (queued)  mail-mta/postfix-3.8  1m
  refused           a/b-1-1               1m  Its signature could not be verified.
`);
});

test('the text says what is wrong with the link and what to do', () => {
  const problem = { message: 'expected a WebSocket, got HTTP 404', hint: 'See coordinator.url.' };
  const text = statusText(statusOf(null, { link: { ...statusOf(null).link, state: 'offline', problem } }));
  expect(text).toContain(
    'offline since 1m 30s\n             expected a WebSocket, got HTTP 404\n             See coordinator.url.\n',
  );
  expect(text).toContain('Wishes: not known yet');
});

test('why a published package is not proven stands beside its wish', () => {
  const proofs = [
    { cpv: 'sys-fs/fuse-2.6.1', buildId: 1, outcome: 'not-proven' as const, reason: 'Not fetched: prove.mode is off.' },
  ];
  expect(statusText(statusOf([wish({ state: 'published' })], { proofs }))).toContain(
    '1m  Not fetched: prove.mode is off.',
  );
});
