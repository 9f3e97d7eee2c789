import type { Clock } from '@binhost/shared/time';
import type { CoordinatorConfig, PoolConfig } from '../config/coordinator-config.ts';
import type { BuildJob } from '../queue/build-job.ts';
import type { AttemptDirectory } from './attempt-directory.ts';

/** What both ways of building one variant are given. */
export interface AttemptContext {
  job: BuildJob;
  config: CoordinatorConfig;
  pool: PoolConfig;
  directory: AttemptDirectory;
  /** Environment of every call of Portage. */
  env: Readonly<Record<string, string>>;
  /** Paths of this machine that no build may see, beside those that the configuration names. */
  hidden: readonly string[];
  clock: Clock;
  /** Aborting it ends every process of the attempt. */
  signal: AbortSignal;
  onOutput: (chunk: Buffer) => void;
  /** Told each process that the attempt starts, as soon as it runs. */
  onStart: (pid: number) => void;
}
