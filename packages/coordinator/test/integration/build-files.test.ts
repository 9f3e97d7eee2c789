import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { systemClock } from '@binhost/shared/time';
import { makeTemporaryDirectory, type TemporaryDirectory } from '@binhost/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeAttemptDirectory } from '../../src/build/attempt-directory.ts';
import { logFile, openBuildLog } from '../../src/build/build-log.ts';
import { findFinishedPackage } from '../../src/build/finished-package.ts';
import { handOverFiles } from '../../src/build/hand-over.ts';
import { installedSlots, packageDatabaseDigest } from '../../src/build/installed-packages.ts';
import { copyPublished } from '../../src/build/published-copy.ts';
import { plainDirectoryNames, readPlainFile } from '../../src/build/read-untrusted.ts';
import { runBuild } from '../../src/build/run-build.ts';
import { resolveInRoot } from '../../src/build/run-mounts.ts';
import { writeFace } from '../../src/build/write-portage-config.ts';
import { coordinatorConfig } from '../../src/config/coordinator-config.ts';

let directory: TemporaryDirectory;
const at = (...names: string[]): string => join(directory.path, ...names);
const put = (name: string, text = 'x'): void => {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), text);
};

beforeEach(async () => {
  directory = await makeTemporaryDirectory();
});
afterEach(() => directory.remove());

describe('openBuildLog', () => {
  it('keeps head and tail of a long log and says how much is missing', () => {
    const config = coordinatorConfig.parse({ paths: { logs: at('logs') }, build: { logHead: 100, logTail: 200 } });
    const log = openBuildLog(config, '7.log');
    for (let line = 0; line < 1000; line++) log.write(`line ${line}\n`);
    log.close();
    const text = readFileSync(logFile(config, '7.log'), 'utf8');
    expect(text.length).toBeLessThan(700);
    expect(text).toMatch(/^line 0\n[^]*\[… \d+ bytes left out …\][^]*line 999\n$/);
  });

  it('follows no link that has the name of its file', () => {
    const config = coordinatorConfig.parse({ paths: { logs: at('logs') } });
    put('target', 'kept');
    mkdirSync(at('logs'));
    symlinkSync(at('target'), at('logs/7.log'));
    expect(() => openBuildLog(config, '7.log')).toThrow(expect.objectContaining({ code: 'BUILD_ROOT_FAILED' }));
    expect(readFileSync(at('target'), 'utf8')).toBe('kept');
  });

  it('replaces the log of an attempt from before the database was lost, and writes to none of its other names', () => {
    const config = coordinatorConfig.parse({ paths: { logs: at('logs') } });
    put('logs/7.log', 'old');
    linkSync(at('logs/7.log'), at('target'));
    const log = openBuildLog(config, '7.log');
    log.write('new');
    log.close();
    expect(readFileSync(at('logs/7.log'), 'utf8')).toBe('new');
    expect(readFileSync(at('target'), 'utf8')).toBe('old');
  });

  it('never leaves the log directory', () => {
    const config = coordinatorConfig.parse({ paths: { logs: '/logs' } });
    expect(logFile(config, '../../etc/passwd')).toBe('/logs/passwd');
  });
});

describe('findFinishedPackage', () => {
  it('finds the asked version with any build number, and no empty file', async () => {
    put('net-dns/dnsmasq/dnsmasq-2.34-1.gpkg.tar', '');
    expect(await findFinishedPackage(at(), 'net-dns/dnsmasq-2.34')).toBeUndefined();
    put('net-dns/dnsmasq/dnsmasq-2.34-12.gpkg.tar');
    expect(await findFinishedPackage(at(), 'net-dns/dnsmasq-2.34')).toBe('net-dns/dnsmasq/dnsmasq-2.34-12.gpkg.tar');
    expect(await findFinishedPackage(at(), 'net-dns/dnsmasq-2.3')).toBeUndefined();
  });

  it('does not take a revision for a build number', async () => {
    put('net-dns/dnsmasq/dnsmasq-2.34-r1-1.gpkg.tar');
    expect(await findFinishedPackage(at(), 'net-dns/dnsmasq-2.34')).toBeUndefined();
  });
});

describe('handOverFiles', () => {
  it('moves plain files and directories, and nothing else', async () => {
    put('from/a/b.gpkg.tar');
    symlinkSync('/etc/passwd', at('from/a/link'));
    await handOverFiles(at('from'), at('to'), undefined);
    expect(readdirSync(at('to/a'))).toEqual(['b.gpkg.tar']);
    expect(statSync(at('to/a/b.gpkg.tar')).mode & 0o777).toBe(0o644);
    expect(readdirSync(directory.path)).toEqual(['to']);
  });
});

describe('makeAttemptDirectory', () => {
  it('makes both directories anew and removes them with what was being copied', async () => {
    const config = coordinatorConfig.parse({ paths: { state: at('state') }, build: { workDir: at('work') } });
    put('target/kept');
    mkdirSync(at('state/staging'), { recursive: true });
    symlinkSync(at('target'), at('state/staging/.work-7'));
    const made = await makeAttemptDirectory(config, 7);
    expect(lstatSync(made.stagingWork).isDirectory()).toBe(true);
    expect(readdirSync(at('target'))).toEqual(['kept']);
    put('state/staging/.incoming-7/x');
    await made.remove();
    expect(readdirSync(at('state/staging'))).toEqual([]);
    expect(readdirSync(at('work'))).toEqual([]);
  });
});

describe('reading what a build left', () => {
  it('reads plain files and directories', async () => {
    put('a/b', 'text');
    expect(await readPlainFile(at('a/b'))).toBe('text');
    expect(await plainDirectoryNames(at('a'))).toEqual(['b']);
  });

  it('passes over links, sockets, devices, and files larger than any of Portage', async () => {
    put('a/b', 'text');
    put('large', 'x'.repeat(1024 * 1024 + 1));
    symlinkSync('b', at('a/link'));
    symlinkSync('a', at('directory'));
    const server = createServer().listen(at('socket'));
    await once(server, 'listening');
    for (const name of ['a/link', 'a', 'socket', 'large', 'missing'])
      expect(await readPlainFile(at(name))).toBeUndefined();
    server.close();
    expect(await readPlainFile('/dev/zero')).toBeUndefined();
    for (const name of ['directory', 'large', 'missing']) expect(await plainDirectoryNames(at(name))).toEqual([]);
  });

  it('does not wait for a pipe that nobody writes to', async (context) => {
    const made = spawnSync('mkfifo', [at('pipe')]);
    if (made.status !== 0) context.skip('no mkfifo on this machine');
    expect(await readPlainFile(at('pipe'))).toBeUndefined();
  });
});

describe('copyPublished', () => {
  it('links files, so that a replaced one keeps what it showed', async () => {
    put('published/a/b.gpkg.tar');
    put('published/Packages', 'old');
    await copyPublished(at('published'), at('copy'));
    expect(lstatSync(at('copy/a/b.gpkg.tar')).ino).toBe(lstatSync(at('published/a/b.gpkg.tar')).ino);
    expect(readFileSync(at('copy/Packages'), 'utf8')).toBe('old');
  });

  it('makes an empty directory where nothing is published yet', async () => {
    await copyPublished(at('missing'), at('copy'));
    expect(readdirSync(at('copy'))).toEqual([]);
  });
});

describe('the package database', () => {
  it('is read by slot, half-done merges left out', async () => {
    put('var/db/pkg/dev-libs/libfoo-2.0/SLOT', '0/2\n');
    put('var/db/pkg/dev-libs/-MERGING-libfoo-3.0/SLOT', '0/3\n');
    put('var/db/pkg/dev-libs/other-1/SLOT', '0\n');
    expect(await installedSlots(at(), new Set(['dev-libs/libfoo']))).toEqual([
      { cpv: 'dev-libs/libfoo-2.0', cp: 'dev-libs/libfoo', slot: '0', subslot: '2' },
    ]);
  });

  it('is looked for inside its root, wherever a link points', async () => {
    put('var/db/pkg/dev-libs/libfoo-2.0/SLOT', '0/2\n');
    mkdirSync(at('root/var'), { recursive: true });
    symlinkSync(at('var/db'), at('root/var/db'));
    expect(await installedSlots(at('root'), new Set(['dev-libs/libfoo']))).toEqual([]);
  });

  it('has another digest after a merge', async () => {
    put('var/db/pkg/dev-libs/libfoo-2.0/SLOT', '0/2\n');
    const before = await packageDatabaseDigest(at());
    expect(await packageDatabaseDigest(at())).toBe(before);
    put('var/db/pkg/dev-libs/other-1/SLOT', '0\n');
    expect(await packageDatabaseDigest(at())).not.toBe(before);
  });
});

describe('writeFace', () => {
  it("makes a directory of the owner's plain file and adds ours behind it", async () => {
    put('portage/package.use', '*/* ssl\n');
    await writeFace(at('portage'), new Map([['package.use/zz-binhost-face', '=a/b-1 x\n']]));
    expect(readdirSync(at('portage/package.use'))).toEqual(['00-owners', 'zz-binhost-face']);
    expect(readFileSync(at('portage/package.use/00-owners'), 'utf8')).toBe('*/* ssl\n');
  });

  it("adds to the owner's own profile files", async () => {
    put('portage/profile/package.use.mask', 'a/b x\n');
    await writeFace(at('portage'), new Map([['profile/package.use.mask', '=a/b-1 -x\n']]));
    expect(readFileSync(at('portage/profile/package.use.mask'), 'utf8')).toBe('a/b x\n=a/b-1 -x\n');
  });
});

describe('resolveInRoot', () => {
  it("follows the root's links inside the root", async () => {
    mkdirSync(at('var'), { recursive: true });
    symlinkSync('/run', at('var/run'));
    symlinkSync('../../../../tmp', at('var/tmp'));
    expect(await resolveInRoot(at(), '/var/run/x')).toBe(at('run/x'));
    expect(await resolveInRoot(at(), '/var/tmp')).toBe(at('tmp'));
  });
});

describe('runBuild', () => {
  const run = (script: string, overrides: object = {}) =>
    runBuild({
      argv: [process.execPath, '-e', script],
      env: { ONLY: 'this' },
      clock: systemClock,
      signal: new AbortController().signal,
      onOutput: () => {},
      ...overrides,
    });

  it('tells exit status and the last output of both streams', async () => {
    const outcome = await run(
      'console.log(Object.keys(process.env).includes("PATH")); console.error("bad"); process.exitCode = 3',
    );
    expect(outcome).toMatchObject({ ended: 'exit', exitCode: 3 });
    expect(outcome.tail).toContain('false\n');
    expect(outcome.tail).toContain('bad\n');
  });

  it('ends a command that says nothing for too long', async () => {
    const limits = { timeLimitMs: 60_000, silenceLimitMs: 500 };
    const outcome = await run('console.log("x"); setInterval(() => {}, 1000)', { limits });
    expect(outcome).toMatchObject({ ended: 'silence-limit', exitCode: undefined });
  });

  it('makes an outcome of a program that is not there', async () => {
    const outcome = await run('', { argv: ['/no/such/program'] });
    expect(outcome).toMatchObject({ ended: 'not-started' });
    expect(outcome.tail).toContain('ENOENT');
  });

  it('does not wait for a grandchild that left the group and holds the output', async () => {
    const escape =
      "require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 6000)'], { detached: true, stdio: 'inherit' }).unref()";
    const startedMs = systemClock.monotonicMs();
    expect(await run(escape)).toMatchObject({ ended: 'exit', exitCode: 0 });
    expect(systemClock.monotonicMs() - startedMs).toBeLessThan(5000);
  });
});
