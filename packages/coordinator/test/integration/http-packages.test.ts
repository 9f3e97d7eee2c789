import { mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { captureLog, makeTemporaryDirectory, type TemporaryDirectory } from '@binhost/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listenOnAddress } from '../../src/http/listen.ts';
import { packagesServer } from '../../src/http/servers.ts';
import { rawRequest } from './raw-request.ts';

const INDEX = 'TIMESTAMP: 1767225600\n\nCPV: app-misc/a-1\n';
const GPKG = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));
const SECRET = 'not for the world';

let directory: TemporaryDirectory;
let address: string;
let close: () => Promise<void>;

beforeAll(async () => {
  directory = await makeTemporaryDirectory();
  const packages = join(directory.path, 'packages');
  const pool = join(packages, 'default');
  await mkdir(join(pool, 'app-misc/a'), { recursive: true });
  await mkdir(join(pool, '.staging'));
  await mkdir(join(directory.path, 'packages-private'));
  await Promise.all([
    writeFile(join(pool, 'Packages'), INDEX),
    writeFile(join(pool, 'Packages.gz'), gzipSync(INDEX)),
    writeFile(join(pool, 'app-misc/a/a-1-1.gpkg.tar'), GPKG),
    writeFile(join(pool, 'key.asc'), 'public key'),
    writeFile(join(pool, '.hidden'), SECRET),
    writeFile(join(pool, '.staging/file'), SECRET),
    writeFile(join(directory.path, 'secret'), SECRET),
    writeFile(join(directory.path, 'packages-private/secret'), SECRET),
    symlink(join(directory.path, 'secret'), join(pool, 'link')),
    symlink(directory.path, join(pool, 'up')),
    symlink('Packages', join(pool, 'inside')),
  ]);
  const time = new Date('2026-01-01T00:00:00Z');
  await utimes(join(pool, 'Packages'), time, time);
  const app = packagesServer(packages, { isDatabaseAlive: async () => true, log: captureLog().log });
  const bound = await listenOnAddress(app, { host: '127.0.0.1', port: 0 });
  address = `127.0.0.1:${bound.port}`;
  close = () => app.close();
});
afterAll(async () => {
  await close();
  await directory.remove();
});

const get = (target: string, headers: Record<string, string> = {}) => rawRequest(address, target, { headers });

describe('a published file', () => {
  test('goes out as it lies on disk, with its own time', async () => {
    const answer = await get('/packages/default/Packages');
    expect(answer).toMatchObject({ status: 200, body: Buffer.from(INDEX) });
    expect(answer.headers).toMatchObject({
      'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT',
      'content-length': String(INDEX.length),
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
    });
  });

  test('is never compressed, and Packages.gz is a file and no encoding', async () => {
    const headers = { 'Accept-Encoding': 'gzip, deflate, br' };
    const index = await get('/packages/default/Packages', headers);
    expect(index.body.toString()).toBe(INDEX);
    const gzipped = await get('/packages/default/Packages.gz', headers);
    expect(gzipped.body.equals(gzipSync(INDEX))).toBe(true);
    for (const { headers: sent } of [index, gzipped]) expect(sent['content-encoding']).toBeUndefined();
  });

  test('may be asked for by HEAD', async () => {
    const answer = await rawRequest(address, '/packages/default/app-misc/a/a-1-1.gpkg.tar', { method: 'HEAD' });
    expect(answer).toMatchObject({ status: 200, body: Buffer.alloc(0) });
    expect(answer.headers['content-length']).toBe('100000');
  });

  test('may have a plus in its name, escaped or not', async () => {
    await writeFile(join(directory.path, 'packages/default/app-misc/a/a++-1-1.gpkg.tar'), 'plus');
    for (const name of ['a++', 'a%2B%2b']) {
      expect((await get(`/packages/default/app-misc/a/${name}-1-1.gpkg.tar`)).body.toString()).toBe('plus');
    }
  });
});

describe('a range', () => {
  const file = '/packages/default/app-misc/a/a-1-1.gpkg.tar';

  test.each([
    ['bytes=0-99', 0, 100],
    ['bytes=500-', 500, 100_000],
    ['bytes=-512', 99_488, 100_000],
  ])('%s is answered with exactly these bytes', async (range, from, to) => {
    const answer = await get(file, { Range: range });
    expect(answer.status).toBe(206);
    expect(answer.headers['content-range']).toBe(`bytes ${from}-${to - 1}/100000`);
    expect(answer.body.equals(GPKG.subarray(from, to))).toBe(true);
  });

  test('outside of the file is refused', async () => {
    expect((await get(file, { Range: 'bytes=100000-' })).status).toBe(416);
  });
});

describe('an index that a client has', () => {
  test.each(['Thu, 01 Jan 2026 00:00:00 GMT', 'Fri, 02 Jan 2026 00:00:00 GMT'])(
    'since %s is not sent again',
    async (since) => {
      const answer = await get('/packages/default/Packages', { 'If-Modified-Since': since });
      expect(answer).toMatchObject({ status: 304, body: Buffer.alloc(0) });
    },
  );

  test('that is older is sent', async () => {
    const headers = { 'If-Modified-Since': 'Wed, 31 Dec 2025 23:59:59 GMT' };
    expect((await get('/packages/default/Packages', headers)).status).toBe(200);
  });

  test('by its tag is not sent again', async () => {
    const { etag = '' } = (await get('/packages/default/Packages')).headers;
    expect((await get('/packages/default/Packages', { 'If-None-Match': etag })).status).toBe(304);
  });
});

describe('nothing else goes out', () => {
  test.each([
    '/packages/../secret',
    '/packages/default/../../secret',
    '/packages/%2e%2e/secret',
    '/packages/default/%2e%2e/%2e%2e/secret',
    '/packages/default/..%2f..%2fsecret',
    '/packages/default/..%5c..%5csecret',
    '/packages/default/%252e%252e/%252e%252e/secret',
    '/packages/default/....//....//secret',
    '/packages//../secret',
    '//packages/../../secret',
    '/packages/default/./../../secret',
    '/packages/..%00/secret',
    '/packages/default/Packages%00.txt',
    '/packages/default/%',
    '/packages/default/%c0%ae%c0%ae/secret',
    '/packages-private/secret',
    '/packages/default/.hidden',
    '/packages/default/%2ehidden',
    '/packages/default/.staging/file',
    '/packages/default/link',
    '/packages/default/up/secret',
    '/packages/default/up/packages-private/secret',
    '/packages/default/',
    '/packages/default',
    '/packages/',
    '/packages/default/app-misc',
    '/packages/default/none',
    '/packages/none/Packages',
    '/',
    '/api/status',
    'http://evil.example/packages/../secret',
    '*',
  ])('%s', async (target) => {
    const answer = await get(target);
    expect([400, 403, 404]).toContain(answer.status);
    expect(answer.body.toString()).not.toContain(SECRET);
  });

  test.each(['/packages/default/.hidden', '/packages/default/link', '/packages/default/none'])(
    '%s looks like a file that is not there',
    async (target) => {
      expect((await get(target)).status).toBe(404);
    },
  );

  test.each(['PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS'])('by %s', async (method) => {
    const answer = await rawRequest(address, '/packages/default/Packages', {
      method,
      headers: { 'Content-Length': '0' },
    });
    expect(answer.status).toBe(404);
  });

  test('an upgrade is not taken', async () => {
    const headers = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'x',
    };
    expect((await get('/agent', { ...headers, Connection: 'close, Upgrade' })).status).toBe(404);
  });
});

test('a link inside of the directory is followed', async () => {
  expect((await get('/packages/default/inside')).body.toString()).toBe(INDEX);
});

test('health is open to everybody', async () => {
  expect(JSON.parse((await get('/health')).body.toString())).toEqual({ status: 'ok' });
});
