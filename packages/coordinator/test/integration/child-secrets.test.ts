import { afterAll, beforeAll, expect, test } from 'vitest';
import { childEnvironment } from '../../src/config/child-environment.ts';
import { portageEnvironment } from '../../src/config/portage-environment.ts';
import { runGpg } from '../../src/publish/run-gpg.ts';
import { readPortageq } from '../../src/tree/read-portageq.ts';

const PLANTED = 'planted-secret-7c1f';
const NAMES = ['DATABASE_URL', 'PGPASSWORD', 'BINHOST_COORDINATOR_CONTROL_SECRET', 'BINHOST_COORDINATOR_TOKEN'];
/** A program that prints what it was started with, its own arguments and environment as the system has them. */
const SPY = [
  process.execPath,
  '-e',
  "for (const f of ['environ', 'cmdline']) process.stdout.write(require('fs').readFileSync('/proc/self/' + f, 'utf8'))",
  '--',
];

beforeAll(() => {
  for (const name of NAMES) process.env[name] = `postgres://binhost:${PLANTED}@db/binhost`;
});
afterAll(() => {
  for (const name of NAMES) delete process.env[name];
});

test('a program of the machine sees no secret of ours in its environment or arguments', async () => {
  const answers = [
    (await readPortageq({ portageq: SPY, root: '/' }, ['envvar', 'CHOST'])).stdout,
    await runGpg({ command: SPY, home: '/nowhere' }, ['--list-keys']),
  ];
  for (const seen of answers) {
    expect(seen).toContain('PATH=');
    expect(seen).not.toContain(PLANTED);
  }
});

test('neither the environment of builds nor that of other programs holds one', () => {
  expect(JSON.stringify([childEnvironment(), portageEnvironment()])).not.toContain(PLANTED);
});
