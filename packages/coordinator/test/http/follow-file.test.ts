import { appendFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@binhost/shared/time';
import { makeTemporaryDirectory, type TemporaryDirectory } from '@binhost/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { followFile } from '../../src/http/follow-file.ts';

let directory: TemporaryDirectory;
beforeAll(async () => {
  directory = await makeTemporaryDirectory();
});
afterAll(() => directory.remove());

const never = new AbortController().signal;
/** A clock whose pauses are as short as they can be. */
const clock = { ...systemClock, sleep: () => systemClock.sleep(1) };

async function readAll(chunks: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) text += chunk.toString();
  return text;
}

test('a file that nobody follows is read once, however long', async () => {
  const path = join(directory.path, 'long');
  await writeFile(path, 'x'.repeat(200_000));
  expect(await readAll(followFile({ path, clock, signal: never }))).toHaveLength(200_000);
});

test('a file that is not there is empty', async () => {
  expect(await readAll(followFile({ path: join(directory.path, 'none'), clock, signal: never }))).toBe('');
});

test('a file that grows is followed until nobody writes it, and its last words are read', async () => {
  const path = join(directory.path, 'growing');
  const words = ['one ', 'two ', 'three'];
  const isWritten = async (): Promise<boolean> => {
    const word = words.shift();
    if (word !== undefined) await appendFile(path, word);
    return words.length > 0;
  };
  expect(await readAll(followFile({ path, isWritten, clock, signal: never }))).toBe('one two three');
});

test('a file whose middle was dropped is followed from its new end', async () => {
  const path = join(directory.path, 'shrinking');
  await writeFile(path, 'a'.repeat(100));
  const steps = [async () => {}, () => truncate(path, 10), () => appendFile(path, 'new')];
  const isWritten = async (): Promise<boolean> => {
    await steps.shift()?.();
    return steps.length > 0;
  };
  const text = await readAll(followFile({ path, isWritten, clock, signal: never }));
  expect(text).toBe(`${'a'.repeat(100)}new`);
});

test('following ends when its signal aborts', async () => {
  const path = join(directory.path, 'endless');
  await writeFile(path, 'begin');
  const stop = new AbortController();
  const isWritten = async (): Promise<boolean> => true;
  let text = '';
  for await (const chunk of followFile({ path, isWritten, clock, signal: stop.signal })) {
    text += chunk.toString();
    stop.abort();
  }
  expect(text).toBe('begin');
});
