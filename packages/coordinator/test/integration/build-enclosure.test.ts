import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '@binhost/shared/time';
import { HOSTILE_BUILD } from '@binhost/testkit';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { runBuild } from '../../src/build/run-build.ts';

// A hostile program in a build root of this machine, enclosed as every step of a build is; its own first lines say what it tries.

const OUTSIDE = [
  'unshare',
  '--mount',
  '--propagation',
  'private',
  '--mount-proc',
  '--pid',
  '--fork',
  '--kill-child',
  '--',
];
const FIXTURE = join(import.meta.dirname, '../fixtures/enclose.ts');

let base: string | undefined;
let secrets: string;
let bystander: ChildProcess;
let server: Server;
const why = obstacle();

beforeAll(async () => {
  if (why) return;
  // The upper of an overlay needs a file system that is none; /mnt is empty in every build root.
  base = mkdtempSync('/mnt/binhost-enclosure-');
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256m', 'tmpfs', base]);
  secrets = mkdtempSync('/usr/local/binhost-secrets-');
  mkdirSync(join(secrets, 'gnupg'));
  writeFileSync(join(secrets, 'gnupg/the-signing-key'), 'a secret');
  bystander = spawn('sleep', ['3600'], { stdio: 'ignore' });
  server = createServer().listen(0, '127.0.0.1');
});
afterAll(() => {
  if (why) return;
  bystander.kill('SIGKILL');
  server.close();
  spawnSync('umount', [base as string]);
  rmSync(base as string, { recursive: true, force: true });
  rmSync(secrets, { recursive: true, force: true });
});

function obstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root, for namespaces and an overlay';
  for (const argv of [
    ['unshare', '--mount', '--net', '--pid', '--fork', '--', 'mount', '-t', 'tmpfs', 'x', '/mnt'],
    ['python3', '-c', ''],
  ]) {
    const probe = spawnSync(argv[0] as string, argv.slice(1), { encoding: 'utf8' });
    if (probe.status !== 0) return `needs '${argv.join(' ')}': ${probe.stderr || probe.error?.message}`;
  }
  return undefined;
}

interface Command {
  argv: string[];
  network?: boolean;
}

/** Runs the commands in one build root after the other; what they printed. */
function enclosed(context: TestContext, name: string, hidden: string[], commands: Command[]): string {
  if (why) context.skip(why);
  const directory = join(base as string, name);
  const request = JSON.stringify({ hidden, commands: commands.map((one) => ({ network: false, ...one })) });
  const argv = [...OUTSIDE, process.execPath, '--import', 'tsx', FIXTURE, directory, request];
  const ended = spawnSync(argv[0] as string, argv.slice(1), {
    encoding: 'utf8',
    env: {
      ...process.env,
      PROGRAM: HOSTILE_BUILD,
      DATABASE_URL: 'postgres://nobody',
      BINHOST_COORDINATOR_CONTROL_SECRET: 'x',
    },
  });
  expect(ended.stderr).toBe('');
  return ended.stdout;
}

const attacks = (output: string): Record<string, string> =>
  Object.fromEntries([...output.matchAll(/^attack (\S+): (.*)$/gm)].map((match) => [match[1], match[2]]));

describe('a command in a build root', () => {
  it('gets at nothing of the machine, whatever it tries as root', (context) => {
    const { port } = (server?.address() as { port: number } | null) ?? { port: 0 };
    const target = [
      `hidden=${secrets}/gnupg`,
      'marker=the-signing-key',
      `pid=${bystander?.pid}`,
      `connect=127.0.0.1:${port}`,
    ];
    const output = enclosed(
      context,
      'attacks',
      [join(secrets ?? '', 'gnupg')],
      [{ argv: ['python3', '/var/tmp/program', ...target] }],
    );
    const found = attacks(output);
    expect(Object.keys(found).length).toBeGreaterThanOrEqual(23);
    expect(Object.fromEntries(Object.entries(found).filter(([, got]) => got !== 'nothing'))).toEqual({});
    expect(output).toContain('exit exit 0');
  });

  it('gets at no more of it where it may use the network to fetch', (context) => {
    const output = enclosed(
      context,
      'fetches',
      [join(secrets ?? '', 'gnupg')],
      [
        {
          argv: ['python3', '/var/tmp/program', `hidden=${secrets}/gnupg`, `pid=${bystander?.pid}`, 'online'],
          network: true,
        },
      ],
    );
    expect(Object.values(attacks(output)).filter((got) => got !== 'nothing')).toEqual([]);
  });

  it('leaves no process behind, and none for the next command', (context) => {
    const output = enclosed(
      context,
      'daemons',
      [],
      [
        { argv: ['sh', '-c', 'setsid sleep 86397 >/dev/null 2>&1 & exit 3'] },
        { argv: ['sh', '-c', 'cat /proc/[0-9]*/cmdline | tr "\\0" " " | grep -c "sleep 8639[7]"'] },
      ],
    );
    expect(output).toBe('exit exit 3 \n0\nexit exit 1 \n');
    expect(commandLines().filter((line) => /^sleep 8639\d/.test(line))).toEqual([]);
  });

  it('runs no program that an earlier command left, before its capabilities are gone', (context) => {
    const replaced = ['umount', 'pivot_root', 'setpriv', 'mount', 'chroot', 'node', 'unshare', 'nsenter'];
    const script = `for name in ${replaced.join(' ')}; do for place in /usr/bin /usr/sbin; do
      rm -f $place/$name; printf '#!/bin/sh\\ngrep CapEff /proc/self/status >> /planted\\n' > $place/$name; chmod 755 $place/$name; done; done`;
    const output = enclosed(
      context,
      'replaced',
      [],
      [
        { argv: ['sh', '-c', script] },
        { argv: ['sh', '-c', 'cat /planted 2>&1; cat /proc/self/status | grep CapEff'] },
      ],
    );
    expect(output).toContain('cat: /planted: No such file or directory\nCapEff:\t00000000800000fb\nexit exit 0');
  });

  it('makes no device to work with', (context) => {
    const output = enclosed(context, 'devices', [], [{ argv: ['mknod', '/var/tmp/disk', 'b', '8', '0'] }]);
    expect(output).toContain('Operation not permitted');
  });
});

describe('runBuild', () => {
  it('ends a command that is not let in, as one that was never started', async () => {
    const outcome = await runBuild({
      argv: [process.execPath, '--eval', 'process.once("message", () => process.exit(0)); process.send("waiting")'],
      env: { PATH: process.env.PATH ?? '' },
      clock: systemClock,
      signal: new AbortController().signal,
      onOutput: () => undefined,
      gate: () => Promise.reject(new Error('no root for it')),
    });
    expect(outcome).toEqual({ ended: 'not-started', exitCode: undefined, tail: 'no root for it' });
  });
});

function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      const file = `/proc/${name}/cmdline`;
      return existsSync(file) ? readFileSync(file, 'utf8').replaceAll('\0', ' ').trim() : '';
    });
}
