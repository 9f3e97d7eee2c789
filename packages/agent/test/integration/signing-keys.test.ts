import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SigningKeyFacts } from '@binhost/shared/protocol';
import { systemClock } from '@binhost/shared/time';
import { makeTemporaryDirectory, waitFor } from '@binhost/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type JoinRecord, joinRecordFile } from '../../src/join/join-record.ts';
import { leaveNode } from '../../src/join/leave.ts';
import { planKeyring } from '../../src/keyring/plan-keyring.ts';
import { doKeyringAct, readKeyring } from '../../src/keyring/run-keyring.ts';
import { startTestCoordinator, type TestCoordinator } from './test-coordinator.ts';
import { makeTestNode, type TestNode } from './test-node.ts';

// The real gpg on both sides: a publisher's keys, and the keyring of a node that has joined.

const hasGpg = spawnSync('gpg', ['--version']).status === 0;

let temporary: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
let publisher: string;
let coordinator: TestCoordinator;
let node: TestNode;

beforeEach(async (context) => {
  if (!hasGpg) return context.skip('no gpg on PATH');
  temporary = await makeTemporaryDirectory();
  publisher = join(temporary.path, 'publisher');
  mkdirSync(publisher, { mode: 0o700 });
  coordinator = await startTestCoordinator();
  node = await makeTestNode({ COORDINATOR_URL: coordinator.url, PORTAGE_GPG: 'gpg', LOOK_RETRY_PAUSE: '1s' });
});
afterEach(async () => {
  if (!hasGpg) return;
  for (const home of [publisher, keyringHome()]) spawnSync('gpgconf', ['--homedir', home, '--kill', 'all']);
  await node.remove();
  await coordinator.close();
  await temporary.remove();
});

const keyringHome = () => node.config.portage.gnupgHome;

function gpg(home: string, args: string[], input = '') {
  const found = spawnSync('gpg', ['--homedir', home, '--batch', '--no-tty', '--passphrase', '', ...args], { input });
  return { status: found.status, text: String(found.stdout) };
}

/** @param voucher signs the new key, as a rotation does */
function makeKey(name: string, voucher?: string): string {
  gpg(publisher, ['--quick-gen-key', name, 'ed25519', 'sign', 'never']);
  const fingerprint = /^fpr:{9}([0-9A-F]{40}):/m.exec(gpg(publisher, ['--with-colons', '--list-keys', name]).text)?.[1];
  if (!fingerprint) throw new Error(`expected gpg to make a key ${name}`);
  if (voucher) gpg(publisher, ['--yes', '--local-user', voucher, '--quick-sign-key', fingerprint]);
  return fingerprint;
}

function facts(...fingerprints: string[]): SigningKeyFacts {
  return { fingerprints, armored: gpg(publisher, ['--armor', '--export']).text };
}

/** What join leaves behind, as far as keys go. */
async function joinWith(fingerprint: string): Promise<void> {
  const keyring = { gpg: ['gpg'], home: keyringHome(), clock: systemClock, signal: new AbortController().signal };
  const key = gpg(publisher, ['--armor', '--export', fingerprint]).text;
  mkdirSync(join(keyringHome(), '..'), { recursive: true });
  for (const act of planKeyring(await readKeyring(keyring, fingerprint), false))
    await doKeyringAct(keyring, act, { key, fingerprint });
  record({ fingerprint, keyring: { home: keyringHome(), madeHome: false, brought: [fingerprint] } });
}

function record(part: Pick<JoinRecord, 'fingerprint' | 'keyring'>): void {
  mkdirSync(node.config.paths.state, { recursive: true });
  const rest = { address: coordinator.url, nodeName: 'node1', pool: 'default', packagesUrl: 'http://127.0.0.1:1/' };
  joinRecordFile(node.config.paths.state).store({ ...rest, files: [], made: [], service: false, ...part });
}

/** What Portage's keyring says of a text that the key signed. */
function judge(fingerprint: string): string {
  const signed = gpg(publisher, ['--local-user', fingerprint, '--clear-sign'], 'a package\n').text;
  return gpg(keyringHome(), ['--status-fd', '1', '--verify'], signed).text;
}

const trusted = async () =>
  (await node.status()).signingKeys?.filter(({ isTrusted }) => isTrusted).map(({ fingerprint }) => fingerprint);
const isTrusted = (...fingerprints: string[]) =>
  waitFor(async () => JSON.stringify(await trusted()) === JSON.stringify(fingerprints), {
    what: `${fingerprints.join(', ')} in the status`,
    timeoutMs: 30_000,
  });
const situation = (code: string) =>
  waitFor(async () => (await node.status()).situations.find((one) => one.code === code), {
    what: `the situation ${code}`,
    timeoutMs: 30_000,
  });

test('a node that is online takes the next key as soon as it is told, and Portage takes what it signs', async () => {
  const old = makeKey('old');
  await joinWith(old);
  coordinator.knobs.signingKeys = facts(old);
  await node.start();
  await isTrusted(old);
  const next = makeKey('next', old);
  expect(judge(next)).toContain('NO_PUBKEY');
  coordinator.send({ type: 'signing-keys', ...facts(old, next) });
  await isTrusted(old, next);
  expect(judge(next)).toMatch(new RegExp(`VALIDSIG ${next}[\\s\\S]*TRUST_FULLY`));
  expect(judge(old)).toContain('TRUST_FULLY');
  expect(node.log.withMessage('took signing key')).toMatchObject([{ fingerprint: next, voucher: old }]);
});

test('a node that was away for two rotations takes both keys at its welcome', async () => {
  const first = makeKey('first');
  await joinWith(first);
  const second = makeKey('second', first);
  const third = makeKey('third', second);
  coordinator.knobs.signingKeys = facts(third, first, second);
  await node.start();
  await isTrusted(third, first, second);
  expect(judge(third)).toContain('TRUST_FULLY');
});

test('a key that no trusted key has signed is refused, whatever the coordinator says', async () => {
  const old = makeKey('old');
  await joinWith(old);
  const forged = makeKey('forged');
  const other = makeKey('signed by the forged one', forged);
  coordinator.knobs.signingKeys = facts(old, forged, other);
  await node.start();
  const { detail } = await situation('signing-key-refused');
  expect(detail).toBe(`${forged} is signed by none of ${old}.`);
  expect(await trusted()).toEqual([old]);
  expect(judge(forged)).toContain('NO_PUBKEY');
});

test('a key that the coordinator sends without naming it is not taken', async () => {
  const old = makeKey('old');
  await joinWith(old);
  const unnamed = makeKey('unnamed', old);
  const next = makeKey('next', old);
  coordinator.knobs.signingKeys = facts(old, next);
  await node.start();
  await isTrusted(old, next);
  expect(judge(unnamed)).toContain('NO_PUBKEY');
});

test('no key is taken where join left the keys to the owner, nor where the owner took the trust back', async () => {
  const old = makeKey('old');
  const next = makeKey('next', old);
  coordinator.knobs.signingKeys = facts(old, next);
  record({ fingerprint: old, keyring: null });
  await node.start();
  await waitFor(() => coordinator.reports().length > 0, { what: 'the report' });
  expect((await node.status()).signingKeys).toBeNull();
  await node.stop();
  await joinWith(old);
  gpg(keyringHome(), ['--yes', '--delete-keys', old]);
  await node.start();
  await isTrusted();
  expect(gpg(keyringHome(), ['--with-colons', '--list-keys', next]).status).not.toBe(0);
});

test('a keyring that cannot be written is shown in words, and tried again', async () => {
  const old = makeKey('old');
  await joinWith(old);
  const next = makeKey('next', old);
  coordinator.knobs.signingKeys = facts(old, next);
  const anchor = gpg(keyringHome(), ['--with-colons', '--list-secret-keys']).text;
  const keygrip = /^grp:{9}([0-9A-F]{40}):/m.exec(anchor)?.[1];
  const file = `root/etc/portage/gnupg/private-keys-v1.d/${keygrip}.key`;
  const secret = readFileSync(join(node.directory, file));
  spawnSync('gpgconf', ['--homedir', keyringHome(), '--kill', 'all']);
  await node.write(file, 'no key at all');
  await node.start();
  const { detail } = await situation('signing-key-not-taken');
  expect(detail).toContain(keyringHome());
  await node.write(file, secret);
  await isTrusted(old, next);
  expect((await node.status()).situations.map(({ code }) => code)).not.toContain('signing-key-not-taken');
});

test('leave takes back every key that was brought, and no other', async () => {
  const old = makeKey('old');
  const own = makeKey("the owner's");
  await joinWith(old);
  gpg(keyringHome(), ['--import'], gpg(publisher, ['--armor', '--export', own]).text);
  const next = makeKey('next', old);
  coordinator.knobs.signingKeys = facts(old, next);
  await node.start();
  await isTrusted(old, next);
  await node.stop();
  const printed: string[] = [];
  await leaveNode(
    { dryRun: false },
    {
      config: node.config,
      clock: systemClock,
      signal: new AbortController().signal,
      print: (text) => void printed.push(text),
      confirm: async () => true,
      tellCoordinator: async () => {},
    },
  );
  const left = gpg(keyringHome(), ['--with-colons', '--list-keys']).text;
  expect(left).toContain(own);
  expect(left).not.toContain(old);
  expect(left).not.toContain(next);
  expect(printed.join('')).toContain(`- the key ${next}`);
});
