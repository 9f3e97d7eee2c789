import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeTemporaryDirectory } from '@binhost/testkit';
import { afterEach, expect, test } from 'vitest';

const HOOK = fileURLToPath(new URL('../../../../packaging/portage/postsync.d/binhost-agent', import.meta.url));
let remove: (() => Promise<void>) | undefined;
afterEach(() => remove?.());

/** Runs the hook as Portage does, with a program in the place of the agent; undefined: with none. */
async function sync(agent: string | undefined) {
  const temporary = await makeTemporaryDirectory();
  remove = temporary.remove;
  const program = join(temporary.path, 'binhost-agent');
  if (agent !== undefined) {
    await writeFile(program, `#!/bin/sh\ncd ${temporary.path}\n${agent}\n`);
    await chmod(program, 0o755);
  }
  const env = { PATH: `${temporary.path}:/usr/bin:/bin` };
  const child = spawn(HOOK, [], { env, stdio: 'ignore' });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said: await readFile(join(temporary.path, 'said'), 'utf8').catch(() => '') };
}

test('after a sync the agent is asked for a look, with the reason', async () => {
  expect(await sync('echo "$@" > said')).toEqual({ code: 0, said: 'report --reason after emerge --sync\n' });
});

test.each([
  ['no agent is installed', undefined],
  ['none runs', 'exit 3'],
])('a sync does not fail where %s', async (_what, agent) => {
  expect((await sync(agent)).code).toBe(0);
});
