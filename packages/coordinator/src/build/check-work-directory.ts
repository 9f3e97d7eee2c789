import { constants } from 'node:fs';
import { access, readFile, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import { coordinatorError } from '../coordinator-errors.ts';
import { VIRTUAL_TYPES } from './mount-plan.ts';
import { fileSystemOf, parseMountinfo } from './mountinfo.ts';

/**
 * Says at the builder's start whether build.workDir is there or can be made. Asked before anything is made: a recursive mkdir
 * below /proc does not fail, it never ends.
 *
 * @throws BUILD_ROOT_FAILED
 */
export async function checkWorkDirectory({ build }: Pick<CoordinatorConfig, 'build'>): Promise<void> {
  const parent = await nearestExisting(build.workDir);
  const found = await stat(parent);
  const mounts = parseMountinfo(await readFile('/proc/self/mountinfo', 'utf8').catch(() => ''));
  const { fsType = '' } = fileSystemOf(await realpath(parent), mounts) ?? {};
  const isWritable = await access(parent, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  if (found.isDirectory() && isWritable && !VIRTUAL_TYPES.has(fsType)) return;
  const why = found.isDirectory()
    ? isWritable
      ? `on ${fsType}`
      : 'that cannot be written to'
    : 'that is no directory';
  throw coordinatorError(
    'BUILD_ROOT_FAILED',
    `build.workDir: expected '${build.workDir}' on a real file system that this user may write to, got '${parent}' ${why}`,
    {
      hint: 'Set build.workDir to a directory on a disk or a tmpfs, and let the user that runs the builder write there.',
    },
  );
}

/** The path itself, or the first above it that is there; `/` always is. */
async function nearestExisting(path: string): Promise<string> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  return isThere || dirname(path) === path ? path : nearestExisting(dirname(path));
}
