import { writeFileSync } from 'node:fs';
import { mkdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@binhost/shared/time';
import type { MountedFileSystem } from './mountinfo.ts';

/** A cgroup of version 2 that one attempt runs in. */
export interface MemoryLimit {
  /** Puts a process into it; what it starts afterwards is inside as well. To be called as soon as it runs. */
  add(pid: number): void;
  /** Ends whatever is left inside and removes it. */
  remove(): Promise<void>;
}

/**
 * Bounds the memory of one attempt, where the machine has cgroups of version 2 that we may write to. When the build needs more,
 * the kernel ends all of it together.
 *
 * @param maxBytes `build.memoryMax`
 * @returns undefined where it can't be done; the build then runs unbounded
 */
export async function limitMemory(
  { attemptId, maxBytes, clock }: { attemptId: number; maxBytes: number; clock: Clock },
  mounts: readonly MountedFileSystem[],
): Promise<MemoryLimit | undefined> {
  const top = mounts.find(({ fsType }) => fsType === 'cgroup2')?.mountPoint;
  if (top === undefined) return undefined;
  const parent = join(top, 'binhost-builder');
  const group = join(parent, String(attemptId));
  try {
    await makeGroup(parent);
    for (const directory of [top, parent]) await writeFile(join(directory, 'cgroup.subtree_control'), '+memory');
    await makeGroup(group);
    await writeFile(join(group, 'memory.max'), String(maxBytes));
    await writeFile(join(group, 'memory.oom.group'), '1');
    // Otherwise the limit only moves the rest to the disk; a kernel without swap accounting lacks the file.
    await writeFile(join(group, 'memory.swap.max'), '0').catch(() => undefined);
  } catch {
    // The parent goes only if no other build is in it.
    for (const directory of [group, parent]) await rmdir(directory).catch(() => undefined);
    return undefined;
  }
  return {
    add: (pid) => addProcess(group, pid),
    remove: () => removeGroup(group, clock),
  };
}

/** Not with `recursive`: on a kernel's file system that refuses, Node would try for ever. */
async function makeGroup(path: string): Promise<void> {
  await mkdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

function addProcess(group: string, pid: number): void {
  try {
    // At once and not in a turn of its own: what the process starts before is outside.
    writeFileSync(join(group, 'cgroup.procs'), String(pid));
  } catch {
    // Ended already.
  }
}

/** The kernel takes a moment to end what was inside. */
async function removeGroup(group: string, clock: Clock): Promise<void> {
  await writeFile(join(group, 'cgroup.kill'), '1').catch(() => undefined);
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const isGone = await rmdir(group).then(
      () => true,
      (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
    );
    if (isGone) return;
    await clock.sleep(PAUSE_MS);
  }
}

const MAX_TRIES = 50;
const PAUSE_MS = 100;
