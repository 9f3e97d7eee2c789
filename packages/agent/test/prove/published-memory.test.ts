import { makeTemporaryDirectory, type TemporaryDirectory } from '@binhost/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openProvenMemory } from '../../src/prove/proven-memory.ts';
import { openPublishedMemory } from '../../src/prove/published-memory.ts';

let directory: TemporaryDirectory;
beforeEach(async () => {
  directory = await makeTemporaryDirectory();
});
afterEach(() => directory.remove());

function notice(event: number, buildId: number) {
  return {
    type: 'packages-published' as const,
    event,
    index: { timestamp: 1, sha256: '0'.repeat(64), entries: 1 },
    packages: [
      { cpv: 'a/b-1', buildId, buildTime: 1, path: 'p', size: 1, sha512: 'f'.repeat(128), variantKey: '0'.repeat(32) },
    ],
    stillBuilding: 0,
  };
}

test('events and their packages survive a restart', () => {
  const before = openPublishedMemory(directory.path);
  expect([before.store(notice(1, 1)), before.store(notice(2, 2))]).toEqual([true, true]);
  const after = openPublishedMemory(directory.path);
  expect(after.lastEvent).toBe(2);
  expect([1, 2, 3].map((buildId) => after.find('a/b-1', buildId)?.buildId)).toEqual([1, 2, undefined]);
});

test('an event that came before is not new', () => {
  const memory = openPublishedMemory(directory.path);
  memory.store(notice(2, 1));
  expect(memory.store(notice(2, 9))).toBe(false);
  expect(memory.find('a/b-1', 9)).toBeUndefined();
});

test('events are forgotten when the coordinator takes us for another node, once', () => {
  const memory = openPublishedMemory(directory.path);
  expect(memory.belongTo('one')).toBe(true);
  memory.store(notice(5, 1));
  expect(memory.belongTo('one')).toBe(true);
  expect(memory.belongTo('two')).toBe(false);
  expect(memory.lastEvent).toBe(0);
  expect(openPublishedMemory(directory.path).belongTo('two')).toBe(true);
});

test('a proven file counts until its size, time or published digest changes', () => {
  const file = { path: '/p', size: 5, mtimeMs: 10, sha512: 'ff' };
  const before = openProvenMemory(directory.path);
  before.add(file);
  before.save();
  const after = openProvenMemory(directory.path);
  expect(after.has(file)).toBe(true);
  for (const change of [{ size: 6 }, { mtimeMs: 11 }, { sha512: 'ee' }, { path: '/q' }]) {
    expect(after.has({ ...file, ...change })).toBe(false);
  }
});
