import { request } from 'node:http';
import { signClaim } from '@binhost/shared/trust';
import { makeHello, makeReport, waitFor } from '@binhost/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NodeIdentityView } from '../../src/access/identity-view.ts';
import { enrolNode, identityOf, loadIdentities, revokeNode } from '../../src/access/node-identity-store.ts';
import { buildProgram, type Program } from './build-program.ts';
import { type NodeKey as Key, makeNodeKey as makeKey } from './enrolled-key.ts';
import { startCoordinator, type TestCoordinator } from './start-coordinator.ts';
import { connectAgent, type TestAgent } from './test-agent.ts';

let coordinator: TestCoordinator;
beforeAll(async () => {
  coordinator = await startCoordinator();
});
afterAll(() => coordinator.stop());

function askSocket<T>(socketPath: string, path: string): Promise<T> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
      resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')) as T);
    })
      .on('error', reject)
      .end();
  });
}

const enrol = (name: string, key: Key) =>
  enrolNode(coordinator.open.db, { name, pool: 'default', publicKey: key.publicPem, how: 'a test' });

async function nonceOf(agent: TestAgent): Promise<string> {
  return (await agent.hear('challenge')).nonce;
}

/** Connects and says a hello that the key signed. */
async function comeIn(name: string, key: Key, from = '127.0.0.1'): Promise<TestAgent> {
  const agent = await connectAgent(coordinator, { localAddress: from });
  const hello = makeHello({ nodeName: name });
  const claim = { nonce: await nonceOf(agent), nodeName: name, protocolVersion: hello.protocolVersion };
  agent.say({ ...hello, identity: signClaim(claim, key.privateKey) });
  return agent;
}

/** The code by which the agent was turned away, after its connection was closed for who it is. */
async function turnedAway(agent: TestAgent): Promise<string | undefined> {
  expect(await agent.closed()).toBe(4003);
  return agent.frames.find((frame) => frame.kind === 'error')?.code;
}

describe('who comes in', () => {
  const joinedKey = makeKey();

  test('a node that has joined comes in by its signature', async () => {
    const key = makeKey();
    await enrol('attic', key);
    const agent = await comeIn('attic', key);
    await agent.hear('welcome');
    await agent.deliver(makeReport({ entries: [] }));
    const [row] = (await loadIdentities(coordinator.open.db)).filter(({ nodeName }) => nodeName === 'attic');
    expect(row?.lastAddress).toContain('127.0.0.1');
    await agent.leave();
  });

  test('an identity that nobody knows is turned away', async () => {
    expect(await turnedAway(await comeIn('stranger', makeKey()))).toBe('IDENTITY_UNKNOWN');
  });

  test.each([
    ['nothing else', {}],
    ['a header that once was a secret', { headers: { authorization: 'Bearer guess' } }],
  ])('a hello without an identity is turned away with what to do, shown with %s', async (_what, options) => {
    await enrol('joined', joinedKey);
    for (const nodeName of ['nobody', 'joined']) {
      const agent = await connectAgent(coordinator, options);
      agent.say(makeHello({ nodeName }));
      expect(await turnedAway(agent)).toBe('IDENTITY_EXPECTED');
      const error = agent.frames.find((frame) => frame.kind === 'error');
      expect(error?.message).toMatch(/binhost-coordinator token create.*binhost-agent join/);
    }
  });

  test('the identity of one node does not open the name of another', async () => {
    const [own, other] = [makeKey(), makeKey()];
    await enrol('own', own);
    await enrol('other', other);
    expect(await turnedAway(await comeIn('other', own))).toBe('IDENTITY_NAME');
  });
});

describe('what was heard of one connection', () => {
  test('opens no other: a replayed hello is turned away', async () => {
    const key = makeKey();
    await enrol('replayed', key);
    const first = await connectAgent(coordinator);
    const hello = makeHello({ nodeName: 'replayed' });
    const claim = { nonce: await nonceOf(first), nodeName: 'replayed', protocolVersion: 1 };
    const signed = { ...hello, identity: signClaim(claim, key.privateKey) };
    await first.deliver(signed);
    const second = await connectAgent(coordinator);
    expect(await nonceOf(second)).not.toBe(claim.nonce);
    second.say(signed);
    expect(await turnedAway(second)).toBe('IDENTITY_FORGED');
    await first.leave();
  });
});

describe('revoking a node', () => {
  test('ends its connection within a second and keeps it out, with the reason', async () => {
    const key = makeKey();
    await enrol('sold', key);
    const agent = await comeIn('sold', key);
    await agent.hear('welcome');
    const sinceMs = performance.now();
    await revokeNode(coordinator.open.db, 'sold', 'it was sold');
    expect(await turnedAway(agent)).toBe('IDENTITY_REVOKED');
    expect(performance.now() - sinceMs).toBeLessThan(1000);
    const again = await comeIn('sold', key);
    expect(await turnedAway(again)).toBe('IDENTITY_REVOKED');
    expect(again.frames).toContainEqual(
      expect.objectContaining({ kind: 'error', final: false, message: expect.stringContaining('it was sold') }),
    );
    await waitFor(() => coordinator.log.lines.some(({ code }) => code === 'IDENTITY_REVOKED'), { what: 'the line' });
  });
});

describe('two machines with one identity', () => {
  test('are noticed with both addresses, and stop throwing each other out', async () => {
    const key = makeKey();
    await enrol('cloned', key);
    const [here, there] = ['127.0.0.1', '127.0.0.2'];
    let last = await comeIn('cloned', key, here);
    await last.hear('welcome');
    for (const from of [there, here, there]) {
      const next = await comeIn('cloned', key, from);
      await next.hear('welcome');
      expect(await last.closed()).toBe(4001);
      last = next;
    }
    const turned = await comeIn('cloned', key, here);
    expect(await turnedAway(turned)).toBe('IDENTITY_IN_USE');
    const error = turned.frames.find((frame) => frame.kind === 'error');
    expect(error).toMatchObject({ message: expect.stringMatching(/127\.0\.0\.2.*127\.0\.0\.1/) });
    await last.deliver(makeReport({ entries: [] }));

    const run = coordinator.config.paths.run;
    const identities = await askSocket<NodeIdentityView[]>(`${run}/view.sock`, '/api/identities');
    const shown = identities.find(({ node }) => node === 'cloned');
    expect(shown).toMatchObject({ online: true });
    expect(shown?.addresses.toSorted()).toEqual([here, there]);
    const { warnings } = await askSocket<{ warnings: { code: string; text: string }[] }>(
      `${run}/view.sock`,
      '/api/status',
    );
    const warning = warnings.find(({ code }) => code === 'node-contested');
    expect(JSON.stringify(warning)).toMatch(/cloned \(from 127\.0\.0\.\d and 127\.0\.0\.\d\)/);
    await last.leave();
  });
});

describe('the command node', () => {
  let program: Program;
  beforeAll(async () => {
    program = await buildProgram();
  });
  afterAll(() => program.remove());
  const run = (...args: string[]) =>
    program.run(['node', ...args], { BINHOST_COORDINATOR_PATHS_RUN: coordinator.config.paths.run });

  test('lists and shows who has joined, and revokes: the connection ends', async () => {
    const key = makeKey();
    await enrol('desk', key);
    const agent = await comeIn('desk', key);
    await agent.hear('welcome');
    expect((await run('list')).stdout).toMatch(/^desk +online +default .* a test +127\.0\.0\.1$/m);
    expect((await run('show', 'desk')).stdout).toMatch(/^revoked +no$/m);
    const { stdout } = await run('revoke', 'desk', '--reason', 'sold', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ node: 'desk', online: false, revokedReason: 'sold' });
    expect(await turnedAway(agent)).toBe('IDENTITY_REVOKED');
    expect((await run('show', 'desk')).stdout).toMatch(/^revoked +.*: sold$/m);
  });

  test('says so where there is no such node', async () => {
    const { exitCode, stderr } = await run('revoke', 'nobody');
    expect(exitCode).toBe(1);
    expect(stderr).toContain("expected a node that has joined and is not revoked, got 'nobody'");
    expect((await run('show', 'nobody')).exitCode).toBe(1);
  });
});

describe('enrolling', () => {
  test('is the same again for the same key, and stores the public half alone', async () => {
    const key = makeKey();
    const first = await enrol('twice', key);
    expect(await enrol('twice', key)).toEqual(first);
    expect(JSON.stringify(await identityOf(coordinator.open.db, first.publicKey))).not.toContain('PRIVATE');
  });

  test('refuses a name that another key holds, until that is revoked', async () => {
    await enrol('taken', makeKey());
    const next = makeKey();
    await expect(enrol('taken', next)).rejects.toMatchObject({ code: 'JOIN_REFUSED' });
    await revokeNode(coordinator.open.db, 'taken', 'replaced');
    expect((await enrol('taken', next)).nodeName).toBe('taken');
  });

  test('refuses a revoked key, a key of another name, and what is no Ed25519 key', async () => {
    const key = makeKey();
    await enrol('gone', key);
    await expect(enrol('else', key)).rejects.toMatchObject({ code: 'JOIN_REFUSED' });
    await revokeNode(coordinator.open.db, 'gone', '');
    await expect(enrol('gone', key)).rejects.toMatchObject({ code: 'JOIN_REFUSED' });
    await expect(enrol('none', { privateKey: '', publicPem: 'nothing' })).rejects.toMatchObject({
      code: 'JOIN_REFUSED',
    });
  });
});
