import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeTemporaryDirectory, type TemporaryDirectory } from '@binhost/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { atomicWrite } from '../../src/files/atomic-write.ts';

let directory: TemporaryDirectory;
beforeEach(async () => {
  directory = await makeTemporaryDirectory();
});
afterEach(() => directory.remove());

test('a file is made with its directory, readable by its owner alone, and replaced whole', () => {
  const path = join(directory.path, 'a/b/state.json');
  atomicWrite(path, 'first, and longer');
  atomicWrite(path, 'second');
  expect(readFileSync(path, 'utf8')).toBe('second');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(directory.path, 'a/b'))).toEqual(['state.json']);
});
