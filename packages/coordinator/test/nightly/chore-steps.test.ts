import { describe, expect, test } from 'vitest';
import { choreResult, choreSteps } from '../../src/nightly/chore-steps.ts';
import { sequelOf } from '../../src/queue/chore-state.ts';

const COMMANDS = { syncCommand: ['emaint', 'sync', '-a'], emerge: ['emerge'] };

test("a sync is the machine's own command", () => {
  expect(choreSteps({ kind: 'sync' }, COMMANDS, [])).toEqual([
    { name: 'emaint sync -a', argv: ['emaint', 'sync', '-a'], env: {} },
  ]);
});

test('fetching ahead is one emerge for each build that waits, with its flags', () => {
  const waiting = [
    { id: 1, cpv: 'net-dns/dnsmasq-2.90', repository: 'gentoo', useEnabled: ['dbus'], useDisabled: ['idn'] },
  ];
  const [step, ...others] = choreSteps({ kind: 'fetch' }, COMMANDS, waiting);
  expect(others).toEqual([]);
  expect(step).toMatchObject({
    argv: expect.arrayContaining(['--fetchonly', '--nodeps', '=net-dns/dnsmasq-2.90::gentoo']),
    env: { USE: 'dbus -idn', ACCEPT_KEYWORDS: '**' },
  });
});

describe('what came of it is one sentence', () => {
  test.each([
    ['sync', 1, [], 'the repositories were synced'],
    ['sync', 1, ['emaint ended with status 1'], 'the sync failed: emaint ended with status 1'],
    ['fetch', 0, [], 'no build waits, so there was nothing to fetch'],
    ['fetch', 3, [], 'the sources of 3 builds were fetched'],
    ['fetch', 5, ['a x', 'b x', 'c x', 'd x'], 'the sources of 4 of 5 builds were not fetched: a x, b x, c x, …'],
  ] as const)('%s of %d', (kind, steps, failed, text) => {
    expect(choreResult(kind, steps, failed)).toBe(text);
  });
});

test('after a sync sources are fetched, then nodes look; a failed sync changes nothing', () => {
  expect(sequelOf({ kind: 'sync', state: 'done' })).toBe('fetch-ahead');
  expect(sequelOf({ kind: 'sync', state: 'failed' })).toBe('nothing');
  expect(sequelOf({ kind: 'fetch', state: 'done' })).toBe('look-again');
  expect(sequelOf({ kind: 'fetch', state: 'failed' })).toBe('look-again');
});
