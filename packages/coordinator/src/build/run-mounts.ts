import { lstat, mkdir, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { execa } from 'execa';
import { coordinatorError } from '../coordinator-errors.ts';
import type { MountAction } from './mount-plan.ts';

export interface MountPlaces {
  /** Where the build root is put together. */
  root: string;
  /** Upper and work directories of the overlays, on a real file system. */
  layers: string;
  /** PKGDIR: an immutable copy of what is published, and where new packages go. */
  packages: { lower: string; upper: string; work: string };
}

/**
 * Mounts a build root, in the plan's order. To be called in a mount namespace of its own: nothing is ever unmounted,
 * the namespace's end does that.
 *
 * @throws BUILD_ROOT_FAILED naming the mount that failed
 */
export async function runMounts(actions: readonly MountAction[], places: MountPlaces): Promise<void> {
  for (const action of actions) await mountOne(action, places);
}

async function mountOne(action: MountAction, places: MountPlaces): Promise<void> {
  const target = await resolveInRoot(places.root, action.target);
  if (action.kind === 'hide') return hide(target);
  if (action.kind === 'tmpfs' && action.whereMissing === 'skip' && !(await exists(target))) return;
  await mkdir(target, { recursive: true });
  switch (action.kind) {
    case 'overlay':
      return mountLayer(action, target, places);
    case 'packages':
      return mountOverlay(places.packages, target);
    case 'bind':
      return bind(action.source, target, action.readOnly);
    case 'devices':
      return mountDevices(target);
    case 'tmpfs':
      return mount(['-t', 'tmpfs', '-o', `nosuid,nodev,mode=${action.mode}`, 'tmpfs', target]);
  }
}

/** A file system that no overlay can lie on is shown read-only instead. */
async function mountLayer(
  action: Extract<MountAction, { kind: 'overlay' }>,
  target: string,
  { layers }: MountPlaces,
): Promise<void> {
  const layer = { lower: action.lower, upper: join(layers, action.layer), work: join(layers, `${action.layer}.work`) };
  await mkdir(layer.upper, { recursive: true });
  await mkdir(layer.work, { recursive: true });
  try {
    await mountOverlay(layer, target);
  } catch (error) {
    if (action.target === '/') throw error;
    await bind(action.lower, target, true);
  }
}

function mountOverlay(layer: { lower: string; upper: string; work: string }, target: string): Promise<void> {
  // nodev: a device that some package brings, or that lies below, opens nothing.
  const options = `nodev,lowerdir=${layer.lower},upperdir=${layer.upper},workdir=${layer.work}`;
  return mount(['-t', 'overlay', '-o', options, 'binhost-build', target]);
}

async function bind(source: string, target: string, readOnly: boolean): Promise<void> {
  await mount(['--bind', source, target]);
  await mount(['-o', `remount,bind,nodev${readOnly ? ',ro' : ''}`, target]);
}

/** The names are the kernel's; every build root has these and no others. */
async function mountDevices(target: string): Promise<void> {
  await mount(['-t', 'tmpfs', '-o', 'nosuid,noexec,mode=0755', 'tmpfs', target]);
  for (const name of DEVICES) {
    await writeFile(join(target, name), '');
    await mount(['--bind', join('/dev', name), join(target, name)]);
  }
  for (const name of ['pts', 'shm']) await mkdir(join(target, name));
  await mount([
    '-t',
    'devpts',
    '-o',
    'nosuid,noexec,newinstance,ptmxmode=0666,mode=0620',
    'devpts',
    join(target, 'pts'),
  ]);
  await mount(['-t', 'tmpfs', '-o', 'nosuid,nodev,mode=1777', 'tmpfs', join(target, 'shm')]);
  for (const [name, to] of DEVICE_LINKS) await symlink(to, join(target, name));
}

const DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty'];
const DEVICE_LINKS = [
  ['ptmx', 'pts/ptmx'],
  ['fd', '/proc/self/fd'],
  ['stdin', '/proc/self/fd/0'],
  ['stdout', '/proc/self/fd/1'],
  ['stderr', '/proc/self/fd/2'],
] as const;

async function hide(target: string): Promise<void> {
  const found = await stat(target).catch(() => undefined);
  if (!found) return;
  if (found.isDirectory()) return mount(['-t', 'tmpfs', '-o', 'mode=0700,ro', 'tmpfs', target]);
  return mount(['--bind', '/dev/null', target]);
}

async function mount(args: string[]): Promise<void> {
  const result = await execa('mount', args, { reject: false, stdin: 'ignore' });
  if (result.exitCode === 0) return;
  throw coordinatorError(
    'BUILD_ROOT_FAILED',
    `expected 'mount ${args.join(' ')}' to work, got: ${result.stderr || result.shortMessage}`,
    {
      hint: 'The builder needs root and the right to mount (no container without CAP_SYS_ADMIN); build.mode = host works without.',
    },
  );
}

/**
 * A path inside the root, with the root's symbolic links followed as a program inside it would: `/var/run → /run` must not
 * lead to this machine's /run.
 */
export async function resolveInRoot(root: string, path: string): Promise<string> {
  let parts = path.split('/').filter(Boolean);
  let at = '/';
  for (let links = 0; parts.length > 0; ) {
    const [part = '', ...rest] = parts;
    if (part === '..') {
      at = dirname(at);
      parts = rest;
      continue;
    }
    const found = await lstat(join(root, at, part)).catch(() => undefined);
    if (!found?.isSymbolicLink() || ++links > 40) {
      at = join(at, part);
      parts = rest;
      continue;
    }
    const target = await readlink(join(root, at, part));
    if (isAbsolute(target)) at = '/';
    parts = [...target.split('/').filter((name) => name && name !== '.'), ...rest];
  }
  return join(root, at);
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
