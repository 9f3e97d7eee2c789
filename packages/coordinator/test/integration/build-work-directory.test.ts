import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTemporaryDirectory, type TemporaryDirectory } from '@binhost/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkWorkDirectory } from '../../src/build/check-work-directory.ts';
import { coordinatorConfig } from '../../src/config/coordinator-config.ts';

let directory: TemporaryDirectory;
beforeEach(async () => {
  directory = await makeTemporaryDirectory();
});
afterEach(() => directory.remove());

const check = (workDir: string) => checkWorkDirectory(coordinatorConfig.parse({ build: { workDir } }));

describe('checkWorkDirectory', () => {
  it('takes a directory that is there, and one that can be made', async () => {
    await check(directory.path);
    await check(join(directory.path, 'a/b'));
  });

  it("refuses the kernel's own file systems and a path below a file", async () => {
    await writeFile(join(directory.path, 'file'), '');
    for (const path of ['/proc/x', '/proc/self/x/y', join(directory.path, 'file/x')])
      await expect(check(path)).rejects.toMatchObject({ code: 'BUILD_ROOT_FAILED', hint: expect.any(String) });
  });
});
