import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTemporaryDirectory, type TemporaryDirectory } from '@binhost/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runStopAgent } from '../../src/publish/run-gpg.ts';

/** A gpgconf that notes how it was called stands beside a gpg of the same directory. */
let directory: TemporaryDirectory;
beforeAll(async () => {
  directory = await makeTemporaryDirectory();
  const script = `#!${process.execPath}\nrequire('node:fs').writeFileSync(process.argv[1] + '.called', process.argv.slice(2).join(' '));\n`;
  await writeFile(join(directory.path, 'gpgconf'), script);
  await chmod(join(directory.path, 'gpgconf'), 0o755);
});
afterAll(() => directory.remove());

const called = () => readFile(join(directory.path, 'gpgconf.called'), 'utf8').catch(() => undefined);

test('a program that is not called gpg, or has no gpgconf beside it, is left alone', async () => {
  await runStopAgent({ command: [join(directory.path, 'signer')], home: '/keys' });
  await runStopAgent({ command: ['/nonexistent/gpg'], home: '/keys' });
  expect(await called()).toBeUndefined();
});

test("the home's gpg-agent is ended by the gpgconf beside gpg", async () => {
  await runStopAgent({ command: [join(directory.path, 'gpg')], home: '/keys' });
  expect(await called()).toBe('--homedir /keys --kill gpg-agent');
});
