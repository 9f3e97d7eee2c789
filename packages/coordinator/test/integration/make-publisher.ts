import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Clock, systemClock } from '@binhost/shared/time';
import { type CapturedLog, captureLog, makeTemporaryDirectory, waitFor } from '@binhost/testkit';
import { type CoordinatorConfig, coordinatorConfig } from '../../src/config/coordinator-config.ts';
import { variantKey } from '../../src/demand/variant-key.ts';
import { runPublisher } from '../../src/publish/publisher.ts';
import type { NewBuild } from '../../src/queue/build-store.ts';
import { type GpkgParts, writeGpkg } from '../publish/make-gpkg.ts';
import { makeBuiltBuild } from './make-build.ts';
import type { TestDatabase } from './test-database.ts';

const program = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** A publisher's surroundings in a temporary directory: real files, the simulated gpg and gpkg-sign, a small portageq. */
export interface PublisherRig {
  config: CoordinatorConfig;
  /** The published directory of the pool `default`. */
  published: string;
  /** A finished build of dev-libs/libfoo-1.0 with the flag ssl, its files in staging. */
  handOver(options?: HandOverOptions): Promise<{ buildId: number; attemptId: number; staging: string }>;
  /** Runs a publisher until the condition holds, then ends it in order. */
  publishUntil(condition: (log: CapturedLog) => Promise<boolean>, clock?: Clock): Promise<CapturedLog>;
  remove(): Promise<void>;
}

export interface HandOverOptions {
  /** What was asked for, where it is not libfoo with ssl. */
  build?: Partial<NewBuild>;
  /** Files below staging/ATTEMPT. */
  packages?: Record<string, GpkgParts>;
}

export const LIBFOO: Partial<NewBuild> & Pick<NewBuild, 'cpv' | 'repository' | 'useEnabled' | 'bindings'> = {
  cpv: 'dev-libs/libfoo-1.0',
  slot: '0',
  subslot: '1',
  repository: 'gentoo',
  useEnabled: ['ssl'],
  bindings: [],
};

/** @param gnupgHome where the signing key is made; tests of one file share it, since each start of a program takes its time */
export async function makePublisherRig(database: TestDatabase, gnupgHome: string): Promise<PublisherRig> {
  const directory = await makeTemporaryDirectory();
  const config = coordinatorConfig.parse({
    paths: { state: join(directory.path, 'state'), packages: join(directory.path, 'packages') },
    portage: {
      gpg: [process.execPath, program('../../../../e2e/sim-portage/bin/gpg')],
      gpkgSign: [process.execPath, program('../../../../e2e/sim-portage/bin/gpkg-sign')],
      portageq: [process.execPath, program('../publish/programs/portageq.mjs')],
      root: directory.path,
    },
    publish: { poll: '200ms', gnupgHome },
  });
  const staging = (attemptId: number) => join(config.paths.state, 'staging', String(attemptId));
  return {
    config,
    published: join(config.paths.packages, 'default'),
    handOver: async ({ build, packages = { 'dev-libs/libfoo/libfoo-1.0-1.gpkg.tar': {} } } = {}) => {
      const asked = { ...LIBFOO, ...build };
      const key = variantKey({ pool: 'default', ...asked });
      const lease = await makeBuiltBuild(database.open.db, { variantKey: key, pool: 'default', ...asked });
      for (const [path, parts] of Object.entries(packages))
        await writeGpkg(join(staging(lease.attemptId), path), parts);
      return { ...lease, staging: staging(lease.attemptId) };
    },
    publishUntil: async (condition, clock = systemClock) => {
      const ending = new AbortController();
      const captured = captureLog();
      const { open } = database;
      const running = runPublisher({ open, config, clock, log: captured.log, signal: ending.signal });
      try {
        await waitFor(() => condition(captured), { what: 'the publisher', timeoutMs: 20_000 });
      } catch (cause) {
        throw new Error(`the publisher said: ${captured.lines.map((line) => JSON.stringify(line)).join('\n')}`, {
          cause,
        });
      } finally {
        ending.abort();
        await running;
      }
      return captured;
    },
    remove: directory.remove,
  };
}
