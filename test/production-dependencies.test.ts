import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { productionDependencies } from '../scripts/docs/production-dependencies.ts';
import { projectRoot } from './source-files.ts';

/** docs/dependencies.md itself is held to this list by generated-docs.test.ts. */
const agent = productionDependencies(join(projectRoot, 'packages/agent'));
const coordinator = productionDependencies(join(projectRoot, 'packages/coordinator'));
const all = [...agent, ...coordinator];
const lockfile = readFileSync(join(projectRoot, 'pnpm-lock.yaml'), 'utf8');

test('each library that we name is pinned exactly, and is the one installed', () => {
  const named = all.filter(({ pinned }) => pinned !== null);
  expect(named.length).toBeGreaterThan(15);
  expect(named.filter(({ pinned, version }) => pinned !== version)).toEqual([]);
});

test('each library that we name has a reason', () => {
  expect(all.filter(({ reason }) => reason === '').map(({ name }) => name)).toEqual([]);
});

test('each version is that of the lockfile', () => {
  const unlocked = all.filter(({ name, version }) => {
    const key = `${name}@${version}`;
    return !lockfile.includes(`\n  ${key}:\n`) && !lockfile.includes(`\n  '${key}':\n`);
  });
  expect(unlocked).toEqual([]);
});

test('none of them runs a script at its installation', () => {
  expect(all.filter(({ installScripts }) => installScripts.length > 0)).toEqual([]);
});

test('each names a licence that lets us use it', () => {
  const free = /^\(?(?:MIT|ISC|BSD-[23]-Clause|Apache-2\.0|0BSD|BlueOak-1\.0\.0|Unlicense)\b/;
  expect(all.filter(({ licence }) => !free.test(licence)).map(({ name, licence }) => `${name} ${licence}`)).toEqual([]);
});

test('the lockfile names no address of a registry', () => {
  expect(lockfile).not.toMatch(/https?:\/\/|tarball:/);
});
