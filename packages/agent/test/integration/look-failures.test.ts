import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '@binhost/testkit';
import { afterEach, expect, test } from 'vitest';
import { makeTestNode, type TestNode } from './test-node.ts';

let node: TestNode | undefined;
afterEach(async () => {
  await node?.remove();
  node = undefined;
});

async function lookWith(settings: Record<string, string>, files: Record<string, string> = {}) {
  const made = await makeTestNode(settings);
  node = made;
  for (const [name, text] of Object.entries(files)) await made.write(name, text);
  await made.start();
  return waitFor(async () => (await made.status()).lastLook, { what: 'the look' });
}

test('a missing emerge is a failed look that names the program and the setting', async () => {
  const look = await lookWith({ PORTAGE_EMERGE: '/nowhere/emerge' });
  expect(look.outcome).toBe('failed');
  expect(look.problems[0]?.message).toMatch(/'\/nowhere\/emerge': no such program.*portage\.emerge/s);
});

test('a look over its time limit is ended with everything that it started', async () => {
  const look = await lookWith(
    { LOOK_TIME_LIMIT: '2s' },
    { mode: 'hang-with-child', stdout: '[ebuild  N     ] a/b-1::g 0 KiB\n' },
  );
  expect(look).toMatchObject({ outcome: 'incomplete', ebuilds: 1 });
  expect(look.problems[0]?.message).toContain('took longer than 2 s and was ended');
  const child = Number(await readFile(join(node?.directory ?? '', 'child'), 'utf8'));
  await waitFor(() => !isAlive(child), { what: "the end of emerge's child" });
});

test('a look that prints without end is ended, and says so', async () => {
  const look = await lookWith({ LOOK_MAX_OUTPUT: '1MiB' }, { mode: 'flood' });
  expect(look.outcome).toBe('incomplete');
  expect(look.problems[0]?.message).toContain('more than 1048576 bytes');
});

test('EMERGE_DEFAULT_OPTS that cannot be read is a failed look that quotes it', async () => {
  const look = await lookWith({}, { settings: `EMERGE_DEFAULT_OPTS='--exclude "a/b'\n` });
  expect(look.problems[0]?.message).toContain('--exclude "a/b');
});

test('an unreachable binhost makes the look incomplete, and it is tried again soon', async () => {
  const stderr =
    "\n!!! [binhost] Error fetching binhost package info from 'http://x/y'\n!!! [binhost] <urlopen error refused>\n";
  const look = await lookWith({ LOOK_RETRY_PAUSE: '100ms' }, { stderr });
  expect(look).toMatchObject({ outcome: 'incomplete', reason: 'the agent started' });
  await waitFor(async () => ((await node?.status())?.lastLook?.number ?? 0) > 1, { what: 'the retry' });
  expect((await node?.status())?.lastLook?.reason).toBe('on schedule');
});

test('stopping ends a look that runs, and reports nothing of it', async () => {
  node = await makeTestNode();
  await node.write('mode', 'hang');
  await node.start();
  await waitFor(async () => (await node?.emergeCalls())?.some(({ args }) => args.includes('world')), {
    what: 'the pretend run',
  });
  await node.stop();
  expect(node.log.withMessage('collected')).toEqual([]);
});

test('a second agent on the same sockets is refused', async () => {
  node = await makeTestNode();
  await node.start();
  const { Agent } = await import('../../src/agent.ts');
  const { systemClock } = await import('@binhost/shared/time');
  const { config, log } = node;
  const parts = {
    config,
    log: log.log,
    version: '0',
    clock: systemClock,
    random: Math.random,
    signal: new AbortController().signal,
  };
  await expect(new Agent(parts).run(() => {})).rejects.toMatchObject({ code: 'ALREADY_RUNNING' });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
