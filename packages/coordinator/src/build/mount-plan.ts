import { join, relative } from 'node:path/posix';
import { ROOT_PATHS } from './make-conf.ts';
import { isBelow, type MountedFileSystem } from './mountinfo.ts';

/**
 * One thing to mount. `target` is a path inside the build root; whoever mounts it makes the directory and follows the
 * root's own symbolic links there. `layer` names the directories of an overlay's upper and work.
 */
export type MountAction =
  | { kind: 'overlay'; target: string; lower: string; layer: string }
  | { kind: 'packages'; target: string }
  | { kind: 'bind'; target: string; source: string; readOnly: boolean }
  /** A directory with the few devices that belong to no machine in particular, and terminals of its own. */
  | { kind: 'devices'; target: string }
  /** An empty directory to write to. */
  | { kind: 'tmpfs'; target: string; mode: string; whereMissing: 'make' | 'skip' }
  /** An empty directory or file in place of what lies there, if anything does. */
  | { kind: 'hide'; target: string };

export interface MountPlanInput {
  mounts: readonly MountedFileSystem[];
  /** The system that the pool builds on. */
  poolRoot: string;
  /** Directories of this one attempt, outside the root. */
  attemptDir: string;
  distfiles: string;
  /** Paths of the pool root, as seen inside it, that a build reads wherever they lie: ebuild repositories. */
  needed: readonly string[];
  /** Paths of this machine that no build may see: our own state, logs, sockets, keys and secrets. */
  hidden: readonly string[];
}

/**
 * What makes a throw-away root of the pool's root; /proc and /sys come with each step (enclosure.ts). Sources are read-only:
 * a step that fetches makes them writable for itself. An overlay shows one file system alone, so every further one that a build
 * needs gets an overlay of its own.
 */
export function planMounts(input: MountPlanInput): MountAction[] {
  return [
    { kind: 'overlay', target: '/', lower: input.poolRoot, layer: 'root' },
    ...furtherFileSystems(input),
    ...FRESH.map(({ target, mode }): MountAction => ({ kind: 'tmpfs', target, mode, whereMissing: 'make' })),
    ...OTHERS.map((target): MountAction => ({ kind: 'tmpfs', target, mode: '0755', whereMissing: 'skip' })),
    { kind: 'devices', target: '/dev' },
    ...hiddenPaths(input),
    ...neededElsewhere(input),
    { kind: 'bind', target: ROOT_PATHS.tmp, source: join(input.attemptDir, 'tmp'), readOnly: false },
    { kind: 'bind', target: ROOT_PATHS.distfiles, source: input.distfiles, readOnly: true },
    { kind: 'packages', target: ROOT_PATHS.packages },
    { kind: 'bind', target: '/etc/portage', source: join(input.attemptDir, 'portage'), readOnly: false },
  ];
}

/** Empty in every build root. */
const FRESH = [
  { target: '/run', mode: '0755' },
  { target: '/tmp', mode: '1777' },
  { target: '/root', mode: '0700' },
  { target: '/home', mode: '0755' },
];

/** Empty where they are there: what lies below is this machine's business, not its system's. */
const OTHERS = ['/mnt', '/media', '/srv', '/boot', '/var/log', '/var/spool', '/var/backups'];

const EMPTY = [...FRESH.map(({ target }) => target), ...OTHERS];

/** What lies here is no part of the system that packages are built against. */
const NOT_THE_SYSTEM = [
  '/proc',
  '/sys',
  '/dev',
  '/run',
  '/tmp',
  '/var/tmp',
  '/home',
  '/root',
  '/mnt',
  '/media',
  '/srv',
];

/** File systems of the kernel's own: nothing is installed there. */
export const VIRTUAL_TYPES = new Set(
  (
    'proc sysfs devtmpfs devpts cgroup cgroup2 securityfs debugfs tracefs bpf pstore mqueue hugetlbfs efivarfs configfs ' +
    'fusectl binfmt_misc nsfs autofs rpc_pipefs selinuxfs ramfs'
  ).split(' '),
);

function furtherFileSystems({ mounts, poolRoot, attemptDir }: MountPlanInput): MountAction[] {
  const below = mounts
    .filter(
      ({ mountPoint, fsType }) =>
        mountPoint !== poolRoot && isBelow(mountPoint, poolRoot) && !VIRTUAL_TYPES.has(fsType),
    )
    .filter(({ mountPoint }) => !isBelow(mountPoint, attemptDir) && !isBelow(attemptDir, mountPoint))
    .map(({ mountPoint }) => insideRoot(mountPoint, poolRoot))
    .filter((path) => !NOT_THE_SYSTEM.some((other) => isBelow(path, other)));
  return [...new Set(below)]
    .sort()
    .map((target) => ({ kind: 'overlay', target, lower: join(poolRoot, target), layer: layerName(target) }));
}

function hiddenPaths({ hidden, poolRoot, needed }: MountPlanInput): MountAction[] {
  return hidden
    .filter((path) => path !== poolRoot && isBelow(path, poolRoot))
    .map((path) => insideRoot(path, poolRoot))
    .filter((path) => !EMPTY.some((target) => isBelow(path, target)) && !needed.includes(path))
    .map((target) => ({ kind: 'hide', target }));
}

/** A repository on a path that the root does not show is bound to where the configuration says that it is. */
function neededElsewhere({ needed, poolRoot }: MountPlanInput): MountAction[] {
  return needed
    .filter((path) => NOT_THE_SYSTEM.some((other) => isBelow(path, other)))
    .map((target) => ({ kind: 'bind', target, source: join(poolRoot, target), readOnly: true }));
}

function insideRoot(path: string, poolRoot: string): string {
  return `/${relative(poolRoot, path)}`;
}

function layerName(target: string): string {
  return target.slice(1).replaceAll(/[^A-Za-z0-9]/g, (character) => `_${character.charCodeAt(0).toString(16)}`);
}
