import { generateKeyPairSync } from 'node:crypto';
import { isSignedClaim, publicKeyText } from '@binhost/shared/trust';
import { waitFor } from '@binhost/testkit';
import { afterEach, expect, test } from 'vitest';
import { NONCE, startTestCoordinator, type TestCoordinator } from './test-coordinator.ts';
import { makeTestNode, type TestNode } from './test-node.ts';

const open: { node?: TestNode; coordinator?: TestCoordinator } = {};
afterEach(async () => {
  await open.node?.remove();
  await open.coordinator?.close();
  delete open.node;
  delete open.coordinator;
});

const key = generateKeyPairSync('ed25519');
const PRIVATE = key.privateKey.export({ type: 'pkcs8', format: 'pem' });
const PUBLIC = key.publicKey.export({ type: 'spki', format: 'pem' });

/** A node that has joined. */
async function setUp(knobs: Parameters<typeof startTestCoordinator>[0] = {}, settings: Record<string, string> = {}) {
  const coordinator = await startTestCoordinator(knobs);
  open.coordinator = coordinator;
  const node = await makeTestNode({ COORDINATOR_URL: coordinator.url, ...settings });
  open.node = node;
  await node.write('state/identity.pem', PRIVATE);
  await node.start();
  return { coordinator, node };
}

test("a node that has joined signs the coordinator's nonce in its hello", async () => {
  const { coordinator } = await setUp();
  const hello = await waitFor(() => coordinator.hellos[0], { what: 'the hello' });
  const { identity } = hello;
  expect(identity?.publicKey).toBe(publicKeyText(PUBLIC.toString()));
  const claim = { nonce: NONCE, nodeName: 'node1', protocolVersion: hello.protocolVersion };
  expect(identity && isSignedClaim(claim, identity)).toBe(true);
});

test.each([
  ['IDENTITY_REVOKED', 'identity-refused', 'binhost-coordinator token create'],
  ['IDENTITY_UNKNOWN', 'identity-refused', 'link.refusedPause'],
  ['IDENTITY_IN_USE', 'identity-in-use', 'delete identity.pem'],
])(
  'a coordinator that answers %s is not asked again for long, and the status says what to do',
  async (code, situation, hint) => {
    const { coordinator, node } = await setUp({ refuseIdentity: code });
    const shown = await waitFor(async () => (await node.status()).situations.find((one) => one.code === situation), {
      what: 'the situation',
    });
    expect(shown.detail).toContain(code);
    expect(shown.whatToDo).toContain(hint);
    // Many times link.longestPause: a look, which it goes on with.
    await node.ask();
    await waitFor(async () => (await node.status()).lastLook?.number === 2, { what: 'the second look' });
    expect(coordinator.hellos).toHaveLength(1);
    expect(coordinator.reports()).toEqual([]);
  },
);

test('it comes back after link.refusedPause', async () => {
  const { coordinator, node } = await setUp({ refuseIdentity: 'IDENTITY_UNKNOWN' }, { LINK_REFUSED_PAUSE: '300ms' });
  await waitFor(() => coordinator.hellos.length > 0, { what: 'the first hello' });
  coordinator.knobs.refuseIdentity = '';
  await waitFor(() => coordinator.reports().length > 0, { what: 'the report' });
  expect((await node.status()).situations).toEqual([]);
});

test('a coordinator that does not challenge, as an older one, hears nothing of the node', async () => {
  const { coordinator, node } = await setUp({ challenges: false }, { LINK_CONNECT_LIMIT: '200ms' });
  const problem = await waitFor(async () => (await node.status()).link.problem, { what: 'a problem' });
  expect(problem.message).toBe('expected a challenge, got none');
  expect([coordinator.hellos, coordinator.received]).toEqual([[], []]);
});

test('who speaks before the challenge is left without a word', async () => {
  const { coordinator, node } = await setUp({ challenges: false });
  await waitFor(() => coordinator.connected() > 0, { what: 'the connection' });
  coordinator.send({ type: 'collect-now', reason: 'a test' });
  const problem = await waitFor(async () => (await node.status()).link.problem, { what: 'a problem' });
  expect(problem).toMatchObject({
    message: "expected a challenge first, got 'collect-now'",
    hint: expect.stringContaining('older'),
  });
  expect(coordinator.hellos).toEqual([]);
});
