import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTemporaryDirectory, type TemporaryDirectory } from '@binhost/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyPoolPolicy } from '../../src/build/pool-policy.ts';
import { writeFace } from '../../src/build/write-portage-config.ts';

let directory: TemporaryDirectory;
let from: string;
let to: string;
beforeEach(async () => {
  directory = await makeTemporaryDirectory();
  from = join(directory.path, 'declared');
  to = join(directory.path, 'portage');
  await mkdir(join(from, 'patches/dev-libs/libfoo'), { recursive: true });
  await mkdir(to);
  await writeFile(join(from, 'patches/dev-libs/libfoo/fix.patch'), 'a patch');
  await writeFile(join(from, 'package.use'), '*/* static-libs\n');
});
afterEach(() => directory.remove());

describe('copyPoolPolicy', () => {
  it('copies what is declared, below which the face of a build still fits', async () => {
    await copyPoolPolicy(from, to);
    await writeFace(to, new Map([['package.use/zz-face', 'dev-libs/libfoo ssl\n']]));
    expect(await readFile(join(to, 'patches/dev-libs/libfoo/fix.patch'), 'utf8')).toBe('a patch');
    expect(await readFile(join(to, 'package.use/00-owners'), 'utf8')).toBe('*/* static-libs\n');
  });

  it('gives a digest that follows every change', async () => {
    const first = await copyPoolPolicy(from, to);
    expect(await copyPoolPolicy(from, to)).toBe(first);
    await writeFile(join(from, 'patches/dev-libs/libfoo/fix.patch'), 'b patch');
    expect(await copyPoolPolicy(from, to)).not.toBe(first);
  });

  it('refuses what a pool may not decide, and a directory that is not there', async () => {
    await writeFile(join(from, 'repos.conf'), '');
    await expect(copyPoolPolicy(from, to)).rejects.toMatchObject({ code: 'BUILD_ROOT_FAILED' });
    await expect(copyPoolPolicy(join(from, 'nothing'), to)).rejects.toMatchObject({ code: 'BUILD_ROOT_FAILED' });
  });
});
