import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { captureLog, makeTemporaryDirectory, type TemporaryDirectory } from '@binhost/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { coordinatorConfig } from '../../src/config/coordinator-config.ts';
import { type EbuildTree, openEbuildTree } from '../../src/tree/ebuild-tree.ts';

/** A portageq that knows one repository, and answers for ebuilds whose text holds no `broken`; it notes each call. */
const PORTAGEQ = `#!/usr/bin/env node
const { appendFileSync, existsSync, readFileSync } = require('node:fs');
const home = __dirname;
const [query, , ...rest] = process.argv.slice(2);
appendFileSync(home + '/calls', query + '\\n');
if (existsSync(home + '/down')) { console.error('Traceback (most recent call last):\\nImportError: no portage'); process.exit(1); }
if (query === 'get_repos') console.log('rigrepo');
if (query === 'get_repo_path') console.log(home + '/repo');
if (query === 'metadata') {
  const [cp, version] = [/^(.*)-(\\d.*)::/.exec(rest[1])[1], /-(\\d[^:]*)::/.exec(rest[1])[1]];
  const text = readFileSync(home + '/repo/' + cp + '/' + cp.split('/')[1] + '-' + version + '.ebuild', 'utf8');
  if (text.includes('broken')) { console.error("Package not found: '" + rest[1] + "'"); process.exit(1); }
  const values = { SLOT: '0', IUSE: text.trim() };
  console.log(rest.slice(2).map((key) => values[key] ?? '').join('\\n'));
}
`;

let home: TemporaryDirectory;
let tree: EbuildTree;

beforeEach(async () => {
  home = await makeTemporaryDirectory();
  const program = join(home.path, 'portageq.cjs');
  await writeFile(program, PORTAGEQ);
  await chmod(program, 0o755);
  const config = coordinatorConfig.parse({ portage: { portageq: [process.execPath, program] } });
  tree = openEbuildTree({ config, log: captureLog().log });
});
afterEach(() => home.remove());

async function writeEbuild(pf: string, text: string): Promise<string> {
  const directory = join(home.path, 'repo/dev-libs/libfoo');
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, `${pf}.ebuild`), text);
  return join(directory, `${pf}.ebuild`);
}

async function writeCache(pf: string, lines: string[]): Promise<void> {
  const directory = join(home.path, 'repo/metadata/md5-cache/dev-libs');
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, pf), `${lines.join('\n')}\n`);
}

const calls = async (query: string): Promise<number> =>
  (await readFile(join(home.path, 'calls'), 'utf8')).split('\n').filter((line) => line === query).length;

describe('the binhost’s ebuild tree', () => {
  test('reads the md5-cache where it fits the ebuild, and asks nobody', async () => {
    await writeEbuild('libfoo-1.0', 'text');
    const md5 = createHash('md5').update('text').digest('hex');
    await writeCache('libfoo-1.0', ['SLOT=0/1', `_md5_=${md5}`]);
    expect(await tree.metadata('dev-libs/libfoo-1.0', 'rigrepo')).toMatchObject({ subslot: '1' });
    expect(await calls('metadata')).toBe(0);
  });

  test('asks portageq where the md5-cache was made from another ebuild', async () => {
    await writeEbuild('libfoo-1.0', 'newflag');
    await writeCache('libfoo-1.0', ['SLOT=0/1', `_md5_=${'0'.repeat(32)}`]);
    expect(await tree.metadata('dev-libs/libfoo-1.0', 'rigrepo')).toMatchObject({ iuse: ['newflag'] });
  });

  test('remembers what portageq said until the ebuild changes', async () => {
    const path = await writeEbuild('libfoo-1.0', 'one');
    const ask = () => tree.metadata('dev-libs/libfoo-1.0', 'rigrepo');
    await Promise.all([ask(), ask()]);
    expect(await ask()).toMatchObject({ iuse: ['one'] });
    expect(await calls('metadata')).toBe(1);
    await writeFile(path, 'two');
    await utimes(path, 1000, 1000);
    expect(await ask()).toMatchObject({ iuse: ['two'] });
    expect(await calls('get_repos')).toBe(1);
  });

  test('has nothing of a version, a repository or a name that is not there', async () => {
    await writeEbuild('libfoo-1.0', 'text');
    expect(await tree.metadata('dev-libs/libfoo-1.1', 'rigrepo')).toBeUndefined();
    expect(await tree.metadata('dev-libs/libfoo-1.0', 'extra')).toBeUndefined();
    expect(await tree.metadata('no-package', 'rigrepo')).toBeUndefined();
  });

  test('has nothing of an ebuild that Portage cannot read', async () => {
    await writeEbuild('libfoo-1.0', 'broken');
    expect(await tree.metadata('dev-libs/libfoo-1.0', 'rigrepo')).toBeUndefined();
  });

  test('never takes a failing Portage for a missing ebuild, and asks again later', async () => {
    await writeEbuild('libfoo-1.0', 'flag');
    await tree.repositories();
    await writeFile(join(home.path, 'down'), '');
    const failure = { code: 'PORTAGE_FAILED', retryable: true };
    await expect(tree.metadata('dev-libs/libfoo-1.0', 'rigrepo')).rejects.toMatchObject(failure);
    await rm(join(home.path, 'down'));
    expect(await tree.metadata('dev-libs/libfoo-1.0', 'rigrepo')).toMatchObject({ iuse: ['flag'] });
  });

  test('fails with PORTAGE_FAILED where there is no portageq', async () => {
    const config = coordinatorConfig.parse({ portage: { portageq: [join(home.path, 'nowhere')] } });
    const without = openEbuildTree({ config, log: captureLog().log });
    await expect(without.repositories()).rejects.toMatchObject({ code: 'PORTAGE_FAILED' });
  });
});
