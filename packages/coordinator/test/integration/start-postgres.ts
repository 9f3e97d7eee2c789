import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@binhost/shared/time';
import type { TestProject } from 'vitest/node';
import { coordinatorConfig } from '../../src/config/coordinator-config.ts';
import { makeClient, withDatabase } from '../../src/db/connect.ts';
import { migrateDatabase } from '../../src/db/migrate.ts';
import { openPrivateCluster } from '../../src/db/private-cluster.ts';
import { makeLog } from '../../src/log.ts';

/**
 * vitest's global set-up of the integration tests: one real PostgreSQL for the run and a migrated template that every test
 * file clones. TEST_DATABASE_URL names a server to use; otherwise a private cluster, made by the very code of `serve`, in a
 * temporary directory. TEST_POSTGRES_BIN forces its binaries.
 */
declare module 'vitest' {
  interface ProvidedContext {
    /** A database of the server that stays empty, to create others from. */
    postgresUrl: string;
    /** The migrated database that is cloned. */
    postgresTemplate: string;
  }
}

/** Losing a test's data in a power cut is no loss. */
const NOT_DURABLE = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

export default async function startPostgres(project: TestProject): Promise<() => Promise<void>> {
  const server = await openServer(process.env.TEST_DATABASE_URL ?? '', process.env.TEST_POSTGRES_BIN ?? '');
  const template = `binhost_template_${process.pid}`;
  const client = makeClient(server.url, { max: 1 });
  await client.unsafe(`create database ${template}`);
  await migrateDatabase(withDatabase(server.url, template));
  project.provide('postgresUrl', server.url);
  project.provide('postgresTemplate', template);
  return async () => {
    await client.unsafe(`drop database ${template}`);
    await client.end();
    await server.stop();
  };
}

async function openServer(url: string, bin: string): Promise<{ url: string; stop(): Promise<void> }> {
  if (url !== '') return { url, stop: async () => {} };
  const directory = await mkdtemp(join(tmpdir(), 'binhost-test-'));
  // Run by root, the server is another user, who must get in.
  await chmod(directory, 0o755);
  const cluster = await openPrivateCluster({
    config: coordinatorConfig.parse({ paths: { state: directory, run: directory }, postgres: { bin } }),
    log: makeLog('warn'),
    clock: systemClock,
    searchPath: process.env.PATH,
    settings: NOT_DURABLE,
  });
  return {
    url: cluster.url,
    stop: async () => {
      await cluster.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
