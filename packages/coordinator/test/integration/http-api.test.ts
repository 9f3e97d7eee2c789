import { mkdir, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '@binhost/shared/time';
import { captureLog, makeHello, makeReport, makeTemporaryDirectory, waitFor } from '@binhost/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createServer as createApp } from '../../src/http/create-server.ts';
import { listenOnSocket } from '../../src/http/listen.ts';
import { rawRequest } from './raw-request.ts';
import { startCoordinator, type TestCoordinator } from './start-coordinator.ts';
import { connectAgent, joinAgent, type TestAgent } from './test-agent.ts';

let coordinator: TestCoordinator;
let agent: TestAgent;
let readToken: string;
beforeAll(async () => {
  coordinator = await startCoordinator();
  agent = await connectAgent(coordinator);
  await agent.deliver(makeHello({ nodeName: 'alpha', sentAtMs: systemClock.nowMs() }));
  await agent.deliver(makeReport({ entries: [] }));
  readToken = (await agent.hear('welcome')).readToken ?? '';
});
afterAll(async () => {
  await agent.leave();
  await coordinator.stop();
});

interface Answer {
  status: number;
  body: never;
}

/** Asks over a Unix socket of the coordinator. */
function ask(socket: 'view' | 'admin', path: string, body?: object): Promise<Answer> {
  const socketPath = `${coordinator.config.paths.run}/${socket}.sock`;
  return new Promise((resolve, reject) => {
    const method = body ? 'POST' : 'GET';
    const call = request({ socketPath, path, method, headers: { 'Content-Type': 'application/json' } }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as never }));
    });
    call.on('error', reject);
    call.end(body && JSON.stringify(body));
  });
}

describe('the API', () => {
  test.each([
    '/api/status',
    '/api/nodes',
    '/api/nodes/alpha',
    '/api/demand',
    '/api/builds',
    '/api/builds?state=failed',
  ])('%s answers on both sockets', async (path) => {
    expect((await ask('view', path)).status).toBe(200);
    expect((await ask('admin', path)).status).toBe(200);
  });

  test('shows the node that is online', async () => {
    await waitFor(async () => ((await ask('view', '/api/nodes')).body as { online: boolean }[])[0]?.online, {
      what: 'the node to be shown online',
    });
    expect((await ask('view', '/api/nodes/alpha')).body).toMatchObject({
      name: 'alpha',
      report: { number: 1, outcome: 'complete', problems: 0 },
      wishList: [],
    });
  });

  test('warns of what is missing', async () => {
    const { body } = await ask('view', '/api/status');
    expect((body as { warnings: { code: string }[] }).warnings.map(({ code }) => code)).toEqual([
      'no-builder',
      'no-publisher',
    ]);
  });

  test.each(['/api/nodes/nobody', '/api/builds/999', '/api/builds/999/log', '/api/none'])(
    '%s is not found, and says so in words',
    async (path) => {
      const { status, body } = await ask('view', path);
      expect(status).toBe(404);
      expect(body).toMatchObject({ error: { code: 'NOT_FOUND', message: expect.stringContaining('expected') } });
    },
  );

  test.each([
    '/api/builds/x',
    '/api/builds/0',
    '/api/builds?state=none',
    '/api/builds/1/log?follow=yes',
    '/api/nodes/a%00b',
    '/api/nodes/%C3%A4',
    '/api/why?about=a%00b',
    '/api/why?about=a/b&node=%00',
  ])('%s is a bad request', async (path) => {
    expect(await ask('view', path)).toMatchObject({ status: 400, body: { error: { code: 'BAD_REQUEST' } } });
  });

  test.each([
    ['/api/look', { node: 'a\0' }],
    ['/api/builds/1/hold', { reason: 'a\0' }],
    ['/api/packages/hold', { atom: 'a/b\0' }],
    ['/api/policies', { kind: 'pool', name: 'a\0', verdict: 'auto', stage: 'build' }],
    ['/api/requests', { atom: 'a/b', pool: 'a\0' }],
  ])('%s with %j is a bad request', async (path, body) => {
    expect(await ask('admin', path, body)).toMatchObject({ status: 400, body: { error: { code: 'BAD_REQUEST' } } });
  });
});

describe('over TCP', () => {
  test('a node reads builds and their logs, and nothing else', async () => {
    const statuses = async (path: string) => {
      const answers = [{}, { Authorization: 'Bearer guess' }, { Authorization: `Bearer ${readToken}` }].map((headers) =>
        rawRequest(coordinator.control, path, { headers: headers as Record<string, string> }),
      );
      return (await Promise.all(answers)).map(({ status }) => status);
    };
    expect(await statuses('/api/builds')).toEqual([401, 401, 200]);
    expect(await statuses('/api/status')).toEqual([401, 401, 403]);
  });

  test('nothing is found without a token, not even that it is not there', async () => {
    expect((await rawRequest(coordinator.control, '/api/none')).status).toBe(401);
  });

  test('a node reads no more once its connection has ended', async () => {
    const other = await joinAgent(coordinator, { nodeName: 'leaving' });
    const { readToken: token } = await other.hear('welcome');
    const statusNow = async () =>
      (await rawRequest(coordinator.control, '/api/builds', { headers: { Authorization: `Bearer ${token}` } })).status;
    expect(await statusNow()).toBe(200);
    await other.leave();
    await waitFor(async () => (await statusNow()) === 401, { what: 'the token to be good no more' });
  });

  test('health is open to everybody', async () => {
    expect((await rawRequest(coordinator.control, '/health')).status).toBe(200);
  });

  test('a node asks no agent to look', async () => {
    const headers = { Authorization: `Bearer ${readToken}`, 'Content-Length': '0' };
    expect((await rawRequest(coordinator.control, '/api/look', { method: 'POST', headers })).status).toBe(403);
  });
});

describe('a look', () => {
  test('is asked for over admin.sock', async () => {
    expect(await ask('admin', '/api/look', { node: 'alpha' })).toMatchObject({
      status: 200,
      body: { asked: ['alpha'] },
    });
    await agent.hear('collect-now');
    expect(await ask('admin', '/api/look', {})).toMatchObject({ status: 200, body: { asked: ['alpha'] } });
    await waitFor(() => agent.heard('collect-now').length === 2, { what: 'the second ask' });
  });

  test('of a node that is not online is refused', async () => {
    expect((await ask('admin', '/api/look', { node: 'beta' })).status).toBe(404);
  });

  test('is not asked for over view.sock', async () => {
    expect(await ask('view', '/api/look', {})).toMatchObject({
      status: 403,
      body: { error: { code: 'ROLE_TOO_SMALL' } },
    });
  });
});

test('admin.sock is for its owner alone, and nobody else may write to view.sock', async () => {
  const mode = async (name: string) => (await stat(`${coordinator.config.paths.run}/${name}`)).mode & 0o777;
  expect(await mode('admin.sock')).toBe(0o600);
  expect([0o600, 0o660]).toContain(await mode('view.sock'));
});

describe('a Unix socket', () => {
  test('that a dead process left is replaced', async () => {
    const directory = await makeTemporaryDirectory();
    const path = join(directory.path, 'view.sock');
    await writeFile(path, 'left over');
    const app = createApp(captureLog().log);
    const remove = await listenOnSocket(app, path);
    expect((await stat(path)).isSocket()).toBe(true);
    await app.close();
    await remove();
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
    await directory.remove();
  });

  test('on which somebody answers is left alone', async () => {
    const directory = await makeTemporaryDirectory();
    const path = join(directory.path, 'view.sock');
    const other = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => other.listen(path, resolve));
    const app = createApp(captureLog().log);
    await expect(listenOnSocket(app, path)).rejects.toMatchObject({ code: 'LISTEN_FAILED' });
    expect((await stat(path)).isSocket()).toBe(true);
    await app.close();
    await new Promise((resolve) => other.close(resolve));
    await directory.remove();
  });

  test('whose path is too long is refused with what to do', async () => {
    const directory = await makeTemporaryDirectory();
    const deep = join(directory.path, 'x'.repeat(100));
    await mkdir(deep);
    await expect(listenOnSocket(createApp(captureLog().log), join(deep, 'view.sock'))).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
      hint: expect.stringContaining('paths.run'),
    });
    await directory.remove();
  });
});
