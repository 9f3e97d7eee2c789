import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import { thisProcess } from './process-owner.ts';
import { attemptPaths } from './root-job.ts';

/** Directories of one attempt; each names its owner, so that a later start can tell which of them were left behind. */
export interface AttemptDirectory {
  /** build.workDir/ATTEMPT: gone when the attempt has ended. */
  path: string;
  /** staging/.work-ATTEMPT: on the file system that the finished packages stay on; gone too. */
  stagingWork: string;
  /** staging/ATTEMPT: where a publisher looks for them. */
  handOver: string;
  remove(): Promise<void>;
}

/** The environment variable by which a process of an attempt is known: its value is the attempt's directory. */
export const ATTEMPT_VARIABLE = 'BINHOST_BUILD_DIRECTORY';

export function stagingDirectory(config: Pick<CoordinatorConfig, 'paths'>): string {
  return join(config.paths.state, 'staging');
}

export async function makeAttemptDirectory(
  config: Pick<CoordinatorConfig, 'paths' | 'build'>,
  attemptId: number,
): Promise<AttemptDirectory> {
  const path = join(config.build.workDir, String(attemptId));
  const staging = stagingDirectory(config);
  const stagingWork = join(staging, `${STAGING_WORK_PREFIX}${attemptId}`);
  const incoming = join(staging, `${INCOMING_PREFIX}${attemptId}`);
  const owner = JSON.stringify(await thisProcess());
  const remove = async (): Promise<void> => {
    for (const directory of [path, stagingWork, incoming])
      await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  };
  await remove();
  for (const parent of [config.build.workDir, staging]) await mkdir(parent, { recursive: true, mode: 0o755 });
  for (const directory of [path, stagingWork]) {
    // Others may write to staging: what they put there in this moment is no directory of ours.
    // For us alone: a build, as root, may leave programs there that run as root whoever starts them.
    await mkdir(directory, { mode: 0o700 });
    await writeFile(join(directory, OWNER_FILE), owner, { flag: 'wx' });
  }
  const paths = attemptPaths(path);
  for (const directory of [paths.root, paths.layers, paths.tmp, paths.portage]) await mkdir(directory, { mode: 0o755 });
  await chmod(paths.tmp, 0o1777);
  return { path, stagingWork, handOver: join(staging, String(attemptId)), remove };
}

/** Takes back what was moved to where a publisher would look. */
export async function removeHandOver(config: Pick<CoordinatorConfig, 'paths'>, attemptId: number): Promise<void> {
  await rm(join(stagingDirectory(config), String(attemptId)), { recursive: true, force: true });
}

export const OWNER_FILE = 'owner.json';
export const STAGING_WORK_PREFIX = '.work-';
/** staging/.incoming-ATTEMPT: a hand-over while it is copied from another file system; staging/.work-ATTEMPT is there as long. */
export const INCOMING_PREFIX = '.incoming-';
