import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@binhost/shared/time';
import { makeTemporaryDirectory } from '@binhost/testkit';
import { describe, expect, it } from 'vitest';
import { limitMemory } from '../../src/build/memory-limit.ts';

const request = { attemptId: 1, maxBytes: 1024 ** 3, clock: systemClock };

describe('limitMemory', () => {
  it('gives no limit where no cgroup of version 2 is mounted', async () => {
    expect(await limitMemory(request, [{ mountPoint: '/', fsType: 'ext4' }])).toBeUndefined();
  });

  it("gives no limit, and leaves nothing, where the file system is none of the kernel's", async () => {
    const directory = await makeTemporaryDirectory();
    const file = join(directory.path, 'file');
    await writeFile(file, '');
    expect(await limitMemory(request, [{ mountPoint: file, fsType: 'cgroup2' }])).toBeUndefined();
    expect(await readdir(directory.path)).toEqual(['file']);
    await directory.remove();
  });

  it('gives no limit where the kernel lets nobody make a group', async () => {
    expect(await limitMemory(request, [{ mountPoint: '/proc/self/fdinfo', fsType: 'cgroup2' }])).toBeUndefined();
  });
});
