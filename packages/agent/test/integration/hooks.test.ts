import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@binhost/shared/time';
import { captureLog, makeTemporaryDirectory, waitFor } from '@binhost/testkit';
import { afterEach, expect, test } from 'vitest';
import type { HookEvent } from '../../src/hooks/hook-event.ts';
import { type Hooks, openHooks } from '../../src/hooks/run-hooks.ts';

const open: { hooks?: Hooks; stopping?: AbortController; remove?: () => Promise<void> } = {};
afterEach(async () => {
  open.stopping?.abort();
  await open.hooks?.stop();
  await open.remove?.();
});

/** @param scripts the text behind `#!/bin/sh` by name; mode 0755 unless given */
async function setUp(scripts: Record<string, string | { text: string; mode: number }>, timeLimitMs = 5000) {
  const temporary = await makeTemporaryDirectory();
  open.remove = temporary.remove;
  const directory = join(temporary.path, 'hooks.d');
  await mkdir(directory);
  for (const [name, script] of Object.entries(scripts)) {
    const { text, mode } = typeof script === 'string' ? { text: script, mode: 0o755 } : script;
    await writeFile(join(directory, name), `#!/bin/sh\ncd ${temporary.path}\n${text}\n`);
    await chmod(join(directory, name), mode);
  }
  const log = captureLog();
  const stopping = new AbortController();
  const agentUid = process.getuid?.() ?? 0;
  const parts = { directory, node: 'node1', timeLimitMs, nice: 0, agentUid, clock: systemClock, log: log.log };
  const hooks = openHooks({ ...parts, signal: stopping.signal });
  Object.assign(open, { hooks, stopping });
  const read = (name: string): Promise<string> => readFile(join(temporary.path, name), 'utf8').catch(() => '');
  return { hooks, log, read, directory };
}

function event(name: HookEvent['event'], cpv: string | null = null): HookEvent {
  return { event: name, atMs: 0, cpv, buildId: null, reason: '' };
}

test('hooks run in the order of their names, one event after the other, with the event', async () => {
  const { hooks, read } = await setUp({
    '20-second': 'echo "second $BINHOST_CPV" >> order',
    '10-first': 'cat >> stdin; sleep 0.1; echo "first $BINHOST_EVENT" >> order',
  });
  hooks.fire(event('ready', 'a/b-1'));
  hooks.fire(event('refused', 'c/d-2'));
  const lines = await waitFor(
    async () => {
      const found = (await read('order')).split('\n').filter(Boolean);
      return found.length === 4 && found;
    },
    { what: 'four runs' },
  );
  expect(lines).toEqual(['first ready', 'second a/b-1', 'first refused', 'second c/d-2']);
  expect(JSON.parse((await read('stdin')).split('\n')[1] ?? '')).toMatchObject({ event: 'refused', node: 'node1' });
});

test('a hook that fails or hangs harms nobody, and what it started is ended with it', async () => {
  const { hooks, read, log } = await setUp(
    {
      '1-fails': 'echo oh no >&2; exit 3',
      '2-hangs': 'sleep 600 & echo $! > child; wait',
      '3-works': 'echo yes >> done',
    },
    500,
  );
  hooks.fire(event('link-up'));
  await waitFor(async () => (await read('done')) !== '', { what: 'the third hook' });
  await waitFor(() => hooks.problems().length === 2, { what: 'the problems' });
  expect(hooks.problems()[0]).toContain('ended with exit status 3: oh no');
  expect(hooks.problems()[1]).toContain('took longer than');
  expect(log.withMessage('hook failed')).toHaveLength(2);
  const child = Number(await read('child'));
  await waitFor(() => !isAlive(child), { what: 'the end of what the hook started' });
});

test('what may not be run is refused with a sentence, and what is no hook is passed over', async () => {
  const { hooks, read } = await setUp({
    '1-open': { text: 'echo bad >> done', mode: 0o777 },
    '2-plain': { text: 'echo bad >> done', mode: 0o644 },
    '3-good.bak': 'echo bad >> done',
    '4-good': 'echo good >> done',
  });
  hooks.fire(event('link-up'));
  await waitFor(() => hooks.problems().length === 2, { what: 'the refusals' });
  expect(hooks.problems()[0]).toContain('can be written by everybody');
  expect(hooks.problems()[1]).toContain('is not executable');
  expect(await read('done')).toBe('good\n');
});

test('a directory that everybody can write holds no hooks', async () => {
  const { hooks, read, directory } = await setUp({ '1-x': 'echo bad >> done' });
  await chmod(directory, 0o777);
  hooks.fire(event('link-up'));
  await waitFor(() => hooks.problems().length === 1, { what: 'the refusal' });
  expect(await read('done')).toBe('');
});

test('a hook that leaves something running and reads nothing is no problem', async () => {
  const { hooks, read } = await setUp({ '1-daemon': 'sleep 600 >/dev/null 2>&1 </dev/null & echo $! > child' });
  hooks.fire(event('ready', 'a/b-1'));
  const child = await waitFor(async () => Number(await read('child')), { what: 'the child' });
  await waitFor(() => !isAlive(child), { what: 'the end of what the hook left' });
  expect(hooks.problems()).toEqual([]);
});

test('without a directory there are no hooks and no problems', async () => {
  const { hooks, directory } = await setUp({});
  await import('node:fs/promises').then(({ rmdir }) => rmdir(directory));
  hooks.fire(event('ready'));
  await hooks.stop();
  expect(hooks.problems()).toEqual([]);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
