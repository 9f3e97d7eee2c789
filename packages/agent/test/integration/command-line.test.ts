import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { waitFor } from '@binhost/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { environmentOf, LIST, makeTestNode, type TestNode } from './test-node.ts';

/** The real program as a process, from its source. */
const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

let node: TestNode;
let environment: Record<string, string>;
beforeAll(async () => {
  node = await makeTestNode();
  environment = environmentOf(node.directory);
});
afterAll(() => node.remove());

function start(args: string[], env: Record<string, string> = environment): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
}

async function run(args: string[], { input = '', env = environment } = {}) {
  const child = start(args, env);
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  const output = Promise.all([text(child.stdout ?? expect.fail()), text(child.stderr ?? expect.fail())]);
  const [code] = (await once(child, 'close')) as [number];
  const [stdout, stderr] = await output;
  return { code, stdout, stderr };
}

test.each([
  [[], 'expected a command'],
  [['nonsense'], "'nonsense' is no command: expected one of run, status, report"],
  [['sttaus'], "'sttaus' is no command: did you mean status?"],
  [['stat'], "'stat' is no command: did you mean status?"],
  [['--bogus'], "expected a command first, got '--bogus'"],
  [['status', '--config', 'a', '--config', 'b'], 'expected --config once, got it 2 times'],
  [['run', '--config', 'a', '--config=b'], 'expected --config once, got it 2 times'],
  [['status', '--config', ''], 'expected a file after --config'],
  [['run', '--config='], 'expected a file after --config'],
  [['run', '--ready-fd', '99'], 'expected an open descriptor after --ready-fd, got 99'],
  [['run', '--ready-fd', ''], 'expected a descriptor after --ready-fd'],
  [['status', '--json=maybe'], "expected --json without a value, got '--json=maybe'"],
  [['report', '--dry-run=maybe'], "expected --dry-run without a value, got '--dry-run=maybe'"],
  [['status', '--bogus'], 'unknown argument: bogus'],
  [['run', '--ready-fd', 'x'], "expected a descriptor after --ready-fd, got 'x'"],
  [['run', 'extra'], 'unknown argument: extra'],
  [['status', '--config'], 'expected a file after --config'],
  [['report', '--dryrun'], 'unknown argument: dryrun'],
  [['run', '--config', '/nowhere.toml'], '/nowhere.toml: expected a readable TOML file'],
])('wrong use %j is one sentence and exit status 2', async (args, sentence) => {
  const { code, stdout, stderr } = await run(args);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^binhost-agent: .*\n( {2}.*\n)?$/);
  expect(stderr).toContain(sentence);
});

test('an unknown setting names the nearest one', async () => {
  const { code, stderr } = await run(['status'], { env: { ...environment, BINHOST_AGENT_LOOK_INTERVALL: '1h' } });
  expect(code).toBe(2);
  expect(stderr).toContain("Did you mean 'BINHOST_AGENT_LOOK_INTERVAL'?");
});

test('--help shows every command, and each command its examples', async () => {
  const { code, stdout } = await run(['--help']);
  expect(code).toBe(0);
  for (const command of ['run', 'status', 'report', 'parse']) expect(stdout).toContain(`binhost-agent ${command}`);
  expect((await run(['parse', '--help'])).stdout).toContain('emerge -gpvuDN world 2>&1 | binhost-agent parse');
});

test('without a running agent status and report say so with exit status 3', async () => {
  const env = { ...environment, BINHOST_AGENT_PATHS_RUN: join(node.directory, 'nobody') };
  for (const command of ['status', 'report']) {
    const { code, stderr } = await run([command], { env });
    expect(code).toBe(3);
    expect(stderr).toContain('nobody answers there');
  }
});

test('parse reads stdin and files, one document per line and file', async () => {
  const fromStdin = await run(['parse', '--json'], { input: LIST });
  expect(fromStdin.code).toBe(0);
  expect(JSON.parse(fromStdin.stdout)).toMatchObject({
    entries: [
      {
        kind: 'ebuild',
        cpv: 'mail-mta/postfix-3.8',
        buildId: null,
        slot: '0',
        subslot: '0',
        repository: 'gentoo',
        change: 'new',
        use: { enabled: ['ssl'], disabled: [] },
        installed: [],
        downloadKiB: 0,
      },
      { kind: 'binary', cpv: 'sys-fs/fuse-2.6.1', buildId: 1 },
    ],
    problems: [],
    totals: { packages: 2, parsed: 2 },
  });
  const whole = join(node.directory, 'whole.txt');
  const cut = join(node.directory, 'cut.txt');
  writeFileSync(whole, LIST);
  writeFileSync(cut, LIST.slice(0, LIST.indexOf('[binary') + 20));
  const fromFiles = await run(['parse', '--json', whole, cut]);
  expect(fromFiles.code).toBe(1);
  const documents = fromFiles.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(documents.map(({ problems }) => problems.map(({ code }: { code: string }) => code))).toEqual([
    [],
    ['truncated'],
  ]);
});

test('parse names what rubbish is: binary, huge, empty, not there', async () => {
  const binary = join(node.directory, 'binary');
  writeFileSync(binary, Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 7) % 256)));
  const huge = join(node.directory, 'huge');
  writeFileSync(huge, Buffer.alloc(100 * 1024 * 1024, 'x'));
  const { code, stdout, stderr } = await run(['parse', '--json', binary, huge, '/nowhere', '/dev/null']);
  expect(code).toBe(1);
  const codes = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).problems[0].code);
  expect(codes).toEqual(['not-emerge-output', 'too-large', 'not-emerge-output']);
  expect(stderr).toContain('expected to read /nowhere');
});

test('report --dry-run looks by itself and prints the very report', async () => {
  const { code, stdout } = await run(['report', '--dry-run', '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ type: 'report', outcome: 'complete', entries: [{}, {}] });
  const shown = await run(['report', '--dry-run']);
  expect(shown.stdout).toContain('ebuild  mail-mta/postfix-3.8');
});

test('run says that it is ready, answers status and report, and ends by SIGTERM with 0', async () => {
  const child = start(['run', '--ready-fd', '3']);
  const closed = once(child, 'close');
  await once(child.stdio[3] as NodeJS.ReadableStream, 'data');
  await waitFor(async () => JSON.parse((await run(['status', '--json'])).stdout).lastLook, {
    what: 'a look',
    everyMs: 100,
  });
  const status = await run(['status']);
  expect(status.code).toBe(1);
  expect(status.stdout).toContain('coordinator  none: set coordinator.url');
  const report = await run(['report']);
  expect(report).toMatchObject({ code: 0, stdout: 'The agent looks now; binhost-agent status shows what it finds.\n' });
  const modes = ['status.sock', 'control.sock'].map((name) => statSync(join(node.config.paths.run, name)).mode & 0o777);
  expect(modes).toEqual([0o666, 0o600]);
  child.kill('SIGTERM');
  expect((await closed)[0]).toBe(0);
});
