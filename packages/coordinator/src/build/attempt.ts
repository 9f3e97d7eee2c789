import { readFile } from 'node:fs/promises';
import type { Clock } from '@binhost/shared/time';
import { type CoordinatorConfig, poolConfig } from '../config/coordinator-config.ts';
import type { Logger } from '../log.ts';
import type { BuildJob } from '../queue/build-job.ts';
import type { AttemptContext } from './attempt-context.ts';
import { makeAttemptDirectory } from './attempt-directory.ts';
import { openBuildLog } from './build-log.ts';
import type { BuildResult } from './build-result.ts';
import { jobFault } from './check-job.ts';
import { hostAttempt } from './host-attempt.ts';
import { limitMemory, type MemoryLimit } from './memory-limit.ts';
import { parseMountinfo } from './mountinfo.ts';
import { overlayAttempt } from './overlay-attempt.ts';

export interface AttemptRequest {
  job: BuildJob;
  config: CoordinatorConfig;
  env: Readonly<Record<string, string>>;
  /** Paths of this machine that no build may see, beside those that the configuration names. */
  hidden: readonly string[];
  /** How to call our own program: node, its options, the entry file. */
  program: readonly string[];
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

/**
 * One attempt from its first directory to its last: afterwards its log lies in paths.logs, its packages (if it was built)
 * in staging/ATTEMPT, and nothing else of it is left. It never rejects: what goes wrong with us is an aborted attempt.
 */
export async function runAttempt(request: AttemptRequest): Promise<BuildResult> {
  const fault = jobFault(request.job);
  if (fault !== undefined) return { outcome: 'failed', failure: { kind: 'config', text: fault }, record: {} };
  try {
    return await inDirectory(request);
  } catch (error) {
    request.log.error({ err: error }, 'attempt failed in our own machinery');
    return { outcome: 'aborted', text: error instanceof Error ? error.message : String(error), record: {} };
  }
}

async function inDirectory({ job, config, program, ...request }: AttemptRequest): Promise<BuildResult> {
  const buildLog = openBuildLog(config, job.logPath);
  buildLog.write(header(job));
  const directory = await makeAttemptDirectory(config, job.attemptId);
  const memory = await boundMemory({ job, config, clock: request.clock });
  if (config.build.memoryMax > 0 && !memory)
    buildLog.write('>>> binhost: build.memoryMax: no cgroup can be made here\n');
  try {
    const context: AttemptContext = {
      ...request,
      job,
      config,
      pool: config.pools[job.pool] ?? poolConfig.parse({}),
      directory,
      onOutput: (chunk) => buildLog.write(chunk),
      onStart: (pid) => memory?.add(pid),
    };
    const overlay = config.build.mode === 'overlay';
    const result = overlay ? await overlayAttempt(context, program) : await hostAttempt(context);
    buildLog.write(`\n>>> binhost: ${ending(result)}\n`);
    return result;
  } finally {
    buildLog.close();
    await memory?.remove();
    await directory.remove();
  }
}

async function boundMemory({
  job,
  config,
  clock,
}: Pick<AttemptRequest, 'job' | 'config' | 'clock'>): Promise<MemoryLimit | undefined> {
  const maxBytes = config.build.memoryMax;
  if (maxBytes === 0) return undefined;
  const mounts = parseMountinfo(await readFile('/proc/self/mountinfo', 'utf8').catch(() => ''));
  return limitMemory({ attemptId: job.attemptId, maxBytes, clock }, mounts);
}

function header(job: BuildJob): string {
  const use = [...job.useEnabled, ...job.useDisabled.map((flag) => `-${flag}`)].join(' ');
  const bindings = job.bindings.map((one) => `${one.cp}:${one.slot}/${one.subslot}`).join(' ');
  const bound = bindings ? `, bound to ${bindings}` : '';
  return `>>> binhost: build ${job.buildId}, attempt ${job.attemptNumber}: ${job.cpv}::${job.repository} USE="${use}"${bound}\n`;
}

function ending(result: BuildResult): string {
  if (result.outcome === 'built') return 'built';
  return result.outcome === 'failed'
    ? `failed (${result.failure.kind}): ${result.failure.text}`
    : `aborted: ${result.text}`;
}
