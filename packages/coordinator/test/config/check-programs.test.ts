import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTemporaryDirectory, type TemporaryDirectory } from '@binhost/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkPrograms } from '../../src/config/check-programs.ts';

let directory: TemporaryDirectory;
beforeAll(async () => {
  directory = await makeTemporaryDirectory();
  await writeFile(join(directory.path, 'gpg'), '#!/bin/sh\n');
  await chmod(join(directory.path, 'gpg'), 0o755);
  await writeFile(join(directory.path, 'notes'), 'text');
  await mkdir(join(directory.path, 'folder'));
});
afterAll(() => directory.remove());

test('a program is found by its path, or in a directory of the search path', () => {
  const searchPath = `/nonexistent:${directory.path}`;
  expect(() => checkPrograms({ 'portage.gpg': ['gpg', '--batch'] }, searchPath)).not.toThrow();
  expect(() => checkPrograms({ 'portage.gpg': [join(directory.path, 'gpg')] }, '')).not.toThrow();
});

test.each(['notes', 'folder', 'gone', '', '/nonexistent/gpg'])('%j is no program', (program) => {
  expect(() => checkPrograms({ 'portage.gpg': [program] }, directory.path)).toThrow(
    expect.objectContaining({ code: 'PROGRAM_MISSING', message: expect.stringContaining(`portage.gpg: `) }),
  );
});
