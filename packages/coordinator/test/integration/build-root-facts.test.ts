import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeTemporaryDirectory, type TemporaryDirectory } from '@binhost/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildRootFacts } from '../../src/build/build-root-facts.ts';
import { addRootFacts } from '../../src/build/hand-over.ts';
import { profileSystem } from '../../src/build/profile-system.ts';
import { locationsByName } from '../../src/build/repository-locations.ts';
import { readBuildRoot } from '../../src/publish/read-build-root.ts';

let directory: TemporaryDirectory;
beforeEach(async () => {
  directory = await makeTemporaryDirectory();
});
afterEach(() => directory.remove());

const write = async (path: string, text: string): Promise<void> => {
  const file = join(directory.path, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
};

describe('the facts of a build root', () => {
  it('reach the publisher as the builder wrote them', async () => {
    await write('root/var/db/pkg/dev-libs/libfoo-1.0/PROVIDES', 'x86_64: libfoo.so.1\n');
    await write('root/var/db/pkg/dev-libs/libfoo-1.0/USE', 'amd64 ssl\n');
    await write('root/var/db/pkg/dev-libs/libfoo-1.0/RDEPEND', 'virtual/libc\n');
    await write('root/var/db/pkg/dev-libs/libfoo-1.0/SLOT', '0/1\n');
    await write('root/var/db/pkg/dev-libs/libfoo-1.0/repository', 'gentoo\n');
    await write('root/var/db/pkg/virtual/libc-1/PDEPEND', 'sys-libs/glibc\n');
    const facts = await buildRootFacts(join(directory.path, 'root'), new Set(['virtual/libc']));
    await addRootFacts(directory.path, JSON.stringify(facts));
    expect(await readBuildRoot(directory.path)).toEqual([
      {
        cpv: 'dev-libs/libfoo-1.0',
        cp: 'dev-libs/libfoo',
        slot: '0',
        subslot: '1',
        repository: 'gentoo',
        use: ['amd64', 'ssl'],
        provides: 'x86_64: libfoo.so.1',
        dependencies: 'virtual/libc',
        isSystem: false,
      },
      expect.objectContaining({
        cpv: 'virtual/libc-1',
        use: [],
        provides: '',
        dependencies: 'sys-libs/glibc',
        isSystem: true,
      }),
    ]);
  });

  it('never follow a link that a build left', async () => {
    await write('secret', 'a secret');
    await mkdir(join(directory.path, 'root/var/db/pkg/a/b-1'), { recursive: true });
    await symlink(join(directory.path, 'secret'), join(directory.path, 'root/var/db/pkg/a/b-1/PROVIDES'));
    expect((await buildRootFacts(join(directory.path, 'root'), new Set())).packages[0]?.provides).toBe('');
    await symlink(join(directory.path, 'secret'), join(directory.path, 'build-root.json'));
    await addRootFacts(directory.path, '{}');
    expect(await readFile(join(directory.path, 'secret'), 'utf8')).toBe('a secret');
  });

  it('are none where nothing, or something else, was handed over', async () => {
    expect(await readBuildRoot(directory.path)).toBeUndefined();
    for (const text of ['', '{', '[]', '{"format":2,"packages":[]}', '{"format":1,"packages":[{}]}']) {
      await addRootFacts(directory.path, text);
      expect(await readBuildRoot(directory.path)).toBeUndefined();
    }
  });
});

describe('profileSystem', () => {
  it('reads the packages of the profile and of its parents, in other repositories too', async () => {
    await write(
      'gentoo/profiles/base/packages',
      '# base\n*>=sys-apps/baselayout-2\n*sys-apps/sed\nsys-apps/not-system\n',
    );
    await write('gentoo/profiles/linux/parent', '../base\n');
    await write('gentoo/profiles/linux/packages', '*virtual/libc # here\n');
    await write('own/profiles/mine/parent', 'gentoo:linux\n');
    await write('own/profiles/mine/packages', '-*sys-apps/sed\n*app-misc/mine\n');
    await mkdir(join(directory.path, 'etc'));
    await symlink('../own/profiles/mine', join(directory.path, 'etc/make.profile'));
    const repositories = locationsByName(
      `[DEFAULT]\nmain-repo = gentoo\n\n[gentoo]\nlocation = ${directory.path}/gentoo/\n`,
    );
    const profile = join(directory.path, 'etc/make.profile');
    expect(await profileSystem(profile, repositories)).toEqual(
      new Set(['sys-apps/baselayout', 'virtual/libc', 'app-misc/mine']),
    );
    expect(await profileSystem(profile, new Map())).toBeUndefined();
    expect(await profileSystem(join(directory.path, 'nothing'), repositories)).toBeUndefined();
  });

  it('ends where a profile is its own parent', async () => {
    await write('loop/parent', '../loop\n');
    expect(await profileSystem(join(directory.path, 'loop'), new Map())).toBeUndefined();
  });
});
