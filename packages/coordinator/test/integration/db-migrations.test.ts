import { cp } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeTemporaryDirectory } from '@binhost/testkit';
import { execa } from 'execa';
import { expect, it } from 'vitest';

const coordinator = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

it('the migrations make the tables that the code declares', async () => {
  const copy = await makeTemporaryDirectory();
  await cp(join(coordinator, 'migrations'), copy.path, { recursive: true });
  // drizzle-kit takes no absolute path, and ends with 0 whatever happens: what it says is what counts.
  const out = relative(coordinator, copy.path);
  const args = ['generate', '--dialect', 'postgresql', '--schema', './src/*/*-tables.ts', '--out', out];
  const { all } = await execa('drizzle-kit', args, { cwd: coordinator, preferLocal: true, all: true, stdin: 'ignore' });
  expect(all).toContain('No schema changes');
  await copy.remove();
});
