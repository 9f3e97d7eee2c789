import { describe, expect, it } from 'vitest';
import { planMounts } from '../../src/build/mount-plan.ts';
import { fileSystemOf, parseMountinfo } from '../../src/build/mountinfo.ts';

const MOUNTINFO = `22 27 0:21 / /proc rw,relatime - proc proc rw
23 27 0:22 / /sys rw,relatime - sysfs sysfs rw
24 27 0:6 / /dev rw,relatime - devtmpfs devtmpfs rw,size=12334460k
26 24 0:24 / /dev/pts rw,relatime shared:3 - devpts devpts rw,mode=600
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
28 27 254:1 / /usr rw,relatime shared:2 master:7 - xfs /dev/vdb rw
29 27 254:2 / /var/db/repos rw - btrfs /dev/vdc rw
30 27 0:30 / /run rw - tmpfs tmpfs rw
31 27 254:3 / /home rw - ext4 /dev/vdd rw
32 27 254:4 / /var/tmp/binhost-builder rw - ext4 /dev/vde rw
33 27 254:5 / /mnt/my\\040disk rw - ext4 /dev/vdf rw
34 27 0:40 / /var/lib/overlaid rw - overlay overlay rw,lowerdir=/a
cut short
`;

const input = (overrides: object = {}) => ({
  mounts: parseMountinfo(MOUNTINFO),
  poolRoot: '/',
  attemptDir: '/var/tmp/binhost-builder/7',
  distfiles: '/var/cache/distfiles',
  needed: ['/var/db/repos/gentoo'],
  hidden: ['/var/lib/binhost-coordinator', '/root/keys'],
  ...overrides,
});

describe('parseMountinfo', () => {
  it('reads mount point and type, escapes undone, odd lines passed over', () => {
    const mounts = parseMountinfo(MOUNTINFO);
    expect(mounts).toHaveLength(12);
    expect(mounts.at(-2)).toEqual({ mountPoint: '/mnt/my disk', fsType: 'ext4' });
  });
});

describe('fileSystemOf', () => {
  it('finds the deepest mount above a path, the last one of several', () => {
    const mounts = [...parseMountinfo(MOUNTINFO), { mountPoint: '/usr', fsType: 'overlay' }];
    expect(fileSystemOf('/var/lib/overlaid/x', mounts)?.fsType).toBe('overlay');
    expect(fileSystemOf('/usr/bin', mounts)?.fsType).toBe('overlay');
    expect(fileSystemOf('/usrlocal', mounts)?.fsType).toBe('ext4');
  });
});

describe('planMounts', () => {
  it('gives every further file system of the system an overlay of its own, after the root', () => {
    const overlays = planMounts(input()).filter((action) => action.kind === 'overlay');
    expect(overlays.map(({ target, lower }) => [target, lower])).toEqual([
      ['/', '/'],
      ['/usr', '/usr'],
      ['/var/db/repos', '/var/db/repos'],
      ['/var/lib/overlaid', '/var/lib/overlaid'],
    ]);
    expect(new Set(overlays.map(({ layer }) => layer)).size).toBe(overlays.length);
  });

  it('hides our own directories, except where an empty directory hides them already', () => {
    const hidden = planMounts(input({ hidden: ['/var/lib/binhost-coordinator', '/root/keys', '/srv/keys'] })).filter(
      (action) => action.kind === 'hide',
    );
    expect(hidden.map(({ target }) => target)).toEqual(['/var/lib/binhost-coordinator']);
  });

  it('makes a /dev of its own, and leaves /proc and /sys to each step', () => {
    const plan = planMounts(input());
    expect(plan.filter(({ target }) => target.startsWith('/dev'))).toEqual([{ kind: 'devices', target: '/dev' }]);
    expect(plan.filter(({ target }) => /^\/(?:proc|sys)/.test(target))).toEqual([]);
  });

  it('shows the sources read-only', () => {
    expect(planMounts(input())).toContainEqual({
      kind: 'bind',
      target: '/var/cache/distfiles',
      source: '/var/cache/distfiles',
      readOnly: true,
    });
  });

  it('binds a repository that lies where the root shows nothing', () => {
    const plan = planMounts(input({ needed: ['/home/me/overlay'] }));
    expect(plan).toContainEqual({
      kind: 'bind',
      target: '/home/me/overlay',
      source: '/home/me/overlay',
      readOnly: true,
    });
  });

  it('mounts the configuration, PKGDIR and temporary directory last', () => {
    expect(
      planMounts(input())
        .slice(-4)
        .map(({ target }) => target),
    ).toEqual(['/var/tmp', '/var/cache/distfiles', '/var/cache/binpkgs', '/etc/portage']);
  });

  it("speaks of a pool's own root as seen inside it", () => {
    const mounts = [...parseMountinfo(MOUNTINFO), { mountPoint: '/roots/musl/usr', fsType: 'ext4' }];
    const plan = planMounts(input({ mounts, poolRoot: '/roots/musl', hidden: ['/roots/musl/secret', '/var/lib/x'] }));
    expect(plan[0]).toEqual({ kind: 'overlay', target: '/', lower: '/roots/musl', layer: 'root' });
    expect(plan[1]).toMatchObject({ kind: 'overlay', target: '/usr', lower: '/roots/musl/usr' });
    expect(plan.filter((action) => action.kind === 'hide')).toEqual([{ kind: 'hide', target: '/secret' }]);
  });
});
