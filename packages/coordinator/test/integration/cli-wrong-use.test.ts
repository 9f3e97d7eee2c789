import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeTemporaryDirectory, type TemporaryDirectory } from '@binhost/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildProgram, type Program } from './build-program.ts';

/** Every command, called wrongly: one clear sentence on stderr, nothing on stdout, and the exit code says which kind. */
let directory: TemporaryDirectory;
let program: Program;
beforeAll(async () => {
  [directory, program] = await Promise.all([makeTemporaryDirectory(), buildProgram()]);
});
afterAll(() => Promise.all([directory.remove(), program.remove()]));

const COMMANDS = [
  'serve',
  'builder',
  'publisher',
  'status',
  'nodes',
  'demand',
  'builds',
  'log',
  'why',
  'build',
  'cancel',
  'retry',
  'approve',
  'hold',
  'policy',
  'sync',
  'import',
  'key',
  'gc',
  'token',
  'node',
];

describe('wrong use is exit code 2', () => {
  test.concurrent.each([
    ['', 'expected a command'],
    ['dance', "got 'dance'"],
    ['--dance', "expected a command first, got '--dance'"],
    ['--log-level info --json status', "expected a command first, got '--json'"],
    ['serve --all=bla', "expected --all without a value, got '--all=bla'"],
    ['serve --log-level loud', "--log-level: expected one of debug, info, warn, error, got 'loud'"],
    ['serve --dance', "got 'dance'"],
    ['serve now', "got 'now'"],
    ['builder one', "got 'one'"],
    ['publisher one', "got 'one'"],
    ['status --jsn', "got 'jsn'"],
    ['status all', "got 'all'"],
    ['nodes a b', "got 'b'"],
    ['demand alpha', "got 'alpha'"],
    ['builds --state', 'expected a value after --state'],
    ['builds --state dancing', "got 'dancing'"],
    ['builds first', "got 'first'"],
    ['log', 'expected one more argument'],
    ['log first', "got 'first'"],
    ['log 1 2', "got '2'"],
    ['why', 'expected one more argument'],
    ['why -x', 'expected one more argument'],
    ['build', 'expected one more argument'],
    ['build a/b --use', 'expected a value after --use'],
    ['cancel', 'expected one more argument'],
    ['cancel first', "got 'first'"],
    ['retry 0', "got '0'"],
    ['approve 1 2', "got '2'"],
    ['hold', 'expected one more argument'],
    ['hold 0', "got '0'"],
    ['import', 'expected one more argument'],
    ['import a b', "got 'b'"],
    ['gc', 'expected --dry-run'],
    ['gc --dry-run --keep long', "got 'long'"],
    ['sync now', "got 'now'"],
    ['policy', 'expected list, set or remove'],
    ['policy dance', "got 'dance'"],
    ['policy set package', 'expected one more argument'],
    ['policy set cat a/b ask', "got 'cat'"],
    ['policy set package a/b maybe', "got 'maybe'"],
    ['policy set package a/b ask --before noon', "got 'noon'"],
    ['policy remove', 'expected one more argument'],
    ['policy remove first', "got 'first'"],
    ['status --config', 'expected a value after --config'],
    ['status --config=', 'expected a file after --config'],
    ['status --config a --config b', 'expected --config once, got it 2 times'],
    ['why a/b --node x --node y', 'expected --node once, got it 2 times'],
    ['build-in-root /nonexistent', "expected a builder's job file, got '/nonexistent'"],
    ['build-in-root /dev/null', "expected a builder's job file, got '/dev/null'"],
  ])('%j', async (command, part) => {
    const { exitCode, stdout, stderr } = await program.run(command.split(' ').filter(Boolean));
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    const [sentence, hint, ...rest] = stderr.split('\n');
    expect(sentence).toMatch(/^binhost-coordinator: [a-z-]/);
    expect(sentence).toContain(part);
    expect(hint).toContain('--help');
    expect(rest).toEqual([]);
  });
});

describe('a configuration that does not fit is exit code 2', () => {
  test.concurrent.each<[string, Record<string, string>, string]>([
    ['status --config /nonexistent.toml', {}, '/nonexistent.toml'],
    ['status', { BINHOST_COORDINATOR_CONTROL_LISTN: 'x' }, 'BINHOST_COORDINATOR_CONTROL_LISTN'],
    ['builder', { BINHOST_COORDINATOR_BUILD_MODE: 'magic' }, 'BINHOST_COORDINATOR_BUILD_MODE'],
    [
      'serve',
      { BINHOST_COORDINATOR_CONTROL_LISTEN: '0.0.0.0:0', BINHOST_COORDINATOR_CONTROL_TLS: 'off' },
      'control.tls = "off"',
    ],
    ['serve', { BINHOST_COORDINATOR_CONTROL_LISTEN: 'nowhere' }, 'control.listen'],
    ['serve', { BINHOST_COORDINATOR_SYNC_SCHEDULE: 'nightly' }, 'sync.schedule'],
    ['serve', { DATABASE_URL: 'blabla' }, 'DATABASE_URL: expected a URL such as'],
    [
      'serve',
      { DATABASE_URL: 'https://u:secret@h/d', BINHOST_COORDINATOR_POSTGRES_URL: 'bla' },
      'postgres.url: expected',
    ],
  ])('%s %j', async (command, env, part) => {
    const { exitCode, stdout, stderr } = await program.run(command.split(' '), env);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^binhost-coordinator: .*\n {2}.+[.?]$/);
    expect(stderr).toContain(part);
  });
});

describe('a machine that does not fit is exit code 1, before anybody waits for the database', () => {
  const nowhere = { DATABASE_URL: 'postgres://binhost@127.0.0.1:1/binhost' };
  const hostMode = { ...nowhere, BINHOST_COORDINATOR_BUILD_MODE: 'host' };
  test.concurrent.each<[string, Record<string, string>, string]>([
    ['publisher', { ...nowhere, BINHOST_COORDINATOR_PORTAGE_GPG: '/nonexistent-gpg' }, 'portage.gpg'],
    [
      'publisher',
      { ...nowhere, ...present('GPG'), BINHOST_COORDINATOR_PORTAGE_GPKG_SIGN: 'no-sign' },
      'portage.gpkgSign',
    ],
    ['builder', { ...hostMode, BINHOST_COORDINATOR_PORTAGE_EMERGE: '/dev/null' }, 'portage.emerge'],
    [
      'builder',
      { ...hostMode, ...present('EMERGE'), BINHOST_COORDINATOR_PORTAGE_PORTAGEQ: 'no-such' },
      'portage.portageq',
    ],
  ])('%s %j', async (command, env, key) => {
    const { exitCode, stdout, stderr } = await program.run([command], env);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(
      new RegExp(`^binhost-coordinator: ${key}: expected the program '.+', found .+\\n {2}.+\\.$`),
    );
  });

  test('a builder of overlays that is not root', async (context) => {
    const isRoot = process.geteuid?.() === 0;
    if (isRoot && !mayOthersReadHere()) context.skip('another user than root could not read this checkout');
    // A test that runs as root gives root away before the program begins.
    const asNobody = { NODE_OPTIONS: '--import=data:text/javascript,process.seteuid(65534)' };
    const env = isRoot ? { ...nowhere, ...asNobody } : nowhere;
    const { exitCode, stdout, stderr } = await program.run(['builder'], env);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(
      /^binhost-coordinator: build\.mode overlay needs root: .+\n {2}Run the builder as root.+\.$/,
    );
  });
});

function mayOthersReadHere(): boolean {
  let directory = dirname(fileURLToPath(import.meta.url));
  while ((statSync(directory).mode & 0o001) !== 0 && directory !== '/') directory = dirname(directory);
  return directory === '/';
}

/** Settings by which a program of Portage is there. */
function present(name: string): Record<string, string> {
  return { [`BINHOST_COORDINATOR_PORTAGE_${name}`]: process.execPath };
}

describe('without a running coordinator the exit code is 3', () => {
  test.concurrent.each([
    'status',
    'nodes',
    'nodes alpha',
    'demand',
    'builds',
    'builds 1',
    'log 1',
    'log 1 -f',
    'why a/b',
    'build a/b',
    'cancel 1',
    'retry 1',
    'approve 1',
    'hold a/b',
    'policy list',
    'policy set pool x ask',
    'policy remove 1',
    'sync',
    'import /srv',
    'gc --dry-run',
  ])('%s', async (command) => {
    const env = { BINHOST_COORDINATOR_PATHS_RUN: join(directory.path, 'run') };
    const { exitCode, stdout, stderr } = await program.run(command.split(' '), env);
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
    expect(stderr).toMatch(/^binhost-coordinator: no coordinator answers at .+\n {2}Start it with .+\.$/);
  });
});

describe('help', () => {
  test.concurrent.each(COMMANDS)('of %s has an example', async (command) => {
    const { exitCode, stdout, stderr } = await program.run([command, '--help']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`Examples:\\n +binhost-coordinator ${command}`));
  });

  test('names every command that is not hidden, and the exit codes', async () => {
    const { exitCode, stdout } = await program.run(['--help']);
    expect(exitCode).toBe(0);
    const listed = [...stdout.matchAll(/^ {2}binhost-coordinator (\S+)/gm)].map(([, name]) => name);
    expect(listed).toEqual(COMMANDS);
    expect(stdout).toContain('Exit codes: 0 done, 1 failed, 2 wrong use or configuration, 3 no coordinator answers');
  });
});
