import { describe, expect, it } from 'vitest';
import { enclosedArgv, enclosureSteps, stepMounts } from '../../src/build/enclosure.ts';

const mounts = {
  root: '/work/7/root',
  distfiles: '/work/7/root/var/cache/distfiles',
  oldRoot: '/work/7/root/.old-x',
  fstab: '/work/7/fstab',
  procNames: ['1', 'sys', 'kcore', 'meminfo'],
  hasSys: true,
  programMount: '/usr',
};

describe('enclosedArgv', () => {
  it('takes capabilities and the way to new ones before anything runs', () => {
    const argv = enclosedArgv(['emerge'], false);
    expect(argv.slice(argv.indexOf('setpriv'))).toEqual([
      'setpriv',
      '--no-new-privs',
      '--bounding-set',
      '-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setfcap',
      '--inh-caps=-all',
      '--',
      'emerge',
    ]);
  });

  it("keeps the machine's network only for what fetches", () => {
    expect(enclosedArgv(['x'], false)).toContain('--net');
    expect(enclosedArgv(['x'], true)).not.toContain('--net');
  });
});

describe('stepMounts', () => {
  it('shows of /proc what this kernel has: its switches read-only, what it tells of the machine not at all', () => {
    expect(stepMounts(mounts)).toBe(
      'proc /work/7/root/proc proc nosuid,nodev,noexec 0 0\n' +
        'sysfs /work/7/root/sys sysfs ro,nosuid,nodev,noexec 0 0\n' +
        '/work/7/root/proc/sys /work/7/root/proc/sys none bind,ro,nosuid,nodev,noexec 0 0\n' +
        '/dev/null /work/7/root/proc/kcore none bind 0 0\n',
    );
  });

  it('writes a blank in a path as fstab has it', () => {
    expect(stepMounts({ ...mounts, root: '/my work', procNames: [], hasSys: false })).toBe(
      'proc /my\\040work/proc proc nosuid,nodev,noexec 0 0\n',
    );
  });
});

describe('enclosureSteps', () => {
  const programs = (ownNetwork: boolean) =>
    enclosureSteps({ pid: 5, ownNetwork }, mounts).map((argv) => argv.slice(argv.indexOf('--') + 1));

  it('exchanges the root, then takes the system away with a program of the system', () => {
    const steps = enclosureSteps({ pid: 5, ownNetwork: true }, mounts);
    expect(steps.at(-2)?.slice(-3)).toEqual(['pivot_root', '.', '.old-x']);
    expect(steps.at(-1)).toEqual([
      'nsenter',
      '--mount=/proc/5/ns/mnt',
      '--root=/proc/5/root/.old-x',
      '--wd=/proc/5/root/.old-x',
      '--',
      'umount',
      '--lazy',
      '/',
    ]);
  });

  it('lets nobody write to the sources but what fetches', () => {
    const remount = ['mount', '-o', 'remount,bind,rw,nosuid,nodev', mounts.distfiles];
    expect(programs(true)).not.toContainEqual(remount);
    expect(programs(false)).toContainEqual(remount);
  });

  it('lets nobody write to the program that it was started by', () => {
    expect(programs(true)[0]).toEqual(['mount', '-o', 'remount,bind,ro', '/usr']);
  });
});
