import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { parsePackagesIndex } from '@binhost/shared/portage';
import { type Clock, systemClock } from '@binhost/shared/time';
import { captureLog, makeTemporaryDirectory, type TemporaryDirectory } from '@binhost/testkit';
import { eq, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { packagesServer } from '../../src/http/servers.ts';
import { builds } from '../../src/queue/build-tables.ts';
import { makePublisherRig, type PublisherRig } from './make-publisher.ts';
import { makeTestDatabase, type TestDatabase } from './test-database.ts';

let database: TestDatabase;
let rig: PublisherRig;
let keys: TemporaryDirectory;
let url: string;
let close: () => Promise<unknown>;
beforeAll(async () => {
  [database, keys] = await Promise.all([makeTestDatabase(), makeTemporaryDirectory()]);
});
afterAll(() => Promise.all([database.drop(), keys.remove()]));
beforeEach(async () => {
  await database.open.db.execute(sql`truncate builds, published_packages, published_indexes cascade`);
  rig = await makePublisherRig(database, join(keys.path, 'gnupg'));
  const { log } = captureLog();
  const server = packagesServer(rig.config.paths.packages, { log, isDatabaseAlive: () => Promise.resolve(true) });
  url = `${await server.listen({ host: '127.0.0.1', port: 0 })}/packages/default/Packages`;
  close = () => server.close();
});
afterEach(async () => {
  await close();
  await rig.remove();
});

/** Fetches an index as Portage does: conditionally by its TIMESTAMP, and adopts only one that is newer in whole seconds. */
class Client {
  #timestamp = 0;
  entries: string[] = [];

  async look(): Promise<number> {
    const since = new Date(this.#timestamp * 1000).toUTCString();
    // Not fetch: it adds Cache-Control to a conditional request, which Portage does not.
    const [response] = (await once(get(url, { headers: { 'if-modified-since': since } }), 'response')) as [
      IncomingMessage,
    ];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    if (response.statusCode !== 200) return response.statusCode ?? 0;
    const index = parsePackagesIndex(text);
    const timestamp = Number(index.header['TIMESTAMP']);
    if (timestamp > this.#timestamp) {
      this.#timestamp = timestamp;
      this.entries = index.entries.map((entry) => entry['CPV'] ?? '');
    }
    return 200;
  }
}

describe('two publishes within one second', () => {
  it('are both seen by a client that asks conditionally after each', async () => {
    const atMs = 1_700_000_000_250;
    const clock: Clock = { ...systemClock, nowMs: () => atMs };
    const client = new Client();
    const publish = async (version: string): Promise<void> => {
      const path = `dev-libs/libfoo/libfoo-${version}-1.gpkg.tar`;
      const packages = { [path]: { metadata: { PF: `libfoo-${version}` } } };
      const { buildId } = await rig.handOver({ build: { cpv: `dev-libs/libfoo-${version}` }, packages });
      const isPublished = async () => {
        const [row] = await database.open.db.select().from(builds).where(eq(builds.id, buildId));
        return row?.state === 'published';
      };
      await rig.publishUntil(isPublished, clock);
    };
    await publish('1.0');
    expect(await client.look()).toBe(200);
    expect(client.entries).toEqual(['dev-libs/libfoo-1.0']);
    expect(await client.look()).toBe(304);
    await publish('2.0');
    expect(await client.look()).toBe(200);
    expect(client.entries).toEqual(['dev-libs/libfoo-1.0', 'dev-libs/libfoo-2.0']);
    expect(await client.look()).toBe(304);
    expect(await readFile(join(rig.published, 'Packages'), 'utf8')).toContain('TIMESTAMP: 1700000');
  });
});
