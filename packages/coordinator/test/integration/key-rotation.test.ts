import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@binhost/shared/time';
import { captureLog, waitFor } from '@binhost/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CoordinatorConfig, coordinatorConfig } from '../../src/config/coordinator-config.ts';
import { runKeyChores } from '../../src/publish/key-chores.ts';
import { openPoolKeys } from '../../src/publish/open-pool-keys.ts';
import { keysToTell, readPoolKeyFacts } from '../../src/publish/pool-key.ts';
import { runGpg, runStopAgent } from '../../src/publish/run-gpg.ts';
import { loadChore, requestChore } from '../../src/queue/chore-store.ts';
import { keyViews } from '../../src/status/key-view.ts';
import { makeTestDatabase, type TestDatabase } from './test-database.ts';

// The real gpg: what a rotation leaves valid, and what a node is told.

const hasGpg = spawnSync('gpg', ['--version']).status === 0;

let database: TestDatabase;
let base: string;
let config: CoordinatorConfig;
/** A node's keyring. */
let node: string;

beforeAll(async () => {
  database = await makeTestDatabase();
  base = mkdtempSync(join(tmpdir(), 'binhost-keys-'));
  node = mkdtempSync(join(base, 'node-'));
  config = coordinatorConfig.parse({
    paths: { state: join(base, 'state'), packages: join(base, 'packages') },
    publish: { gnupgHome: join(base, 'gnupg'), keyLead: '1h', poll: '50ms' },
    pools: { default: {} },
  });
});
afterAll(async () => {
  for (const home of [join(base, 'gnupg'), node]) await runStopAgent({ command: ['gpg'], home });
  rmSync(base, { recursive: true, force: true });
  await database.drop();
});
beforeEach((context) => {
  if (!hasGpg) context.skip('no gpg on PATH');
});

const publisher = {
  command: ['gpg'],
  get home() {
    return join(base, 'gnupg');
  },
};
const directory = () => join(config.paths.packages, 'default');
const open = (aheadMs = 0) => {
  const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + aheadMs };
  return openPoolKeys({ config, clock, log: captureLog().log, rotations: { count: 0 } }, 'default', directory());
};
const sign = (fingerprint: string, text: string) =>
  runGpg(publisher, ['--local-user', fingerprint, '--clear-sign'], text);
const verify = (text: string): string => {
  const found = spawnSync('gpg', ['--homedir', node, '--batch', '--status-fd', '1', '--verify'], { input: text });
  return String(found.stdout);
};
const importTold = async (): Promise<void> => {
  const told = await keysToTell(directory());
  writeFileSync(join(base, 'told.asc'), told?.armored ?? '');
  spawnSync('gpg', ['--homedir', node, '--batch', '--import', join(base, 'told.asc')]);
};

async function rotate(from: CoordinatorConfig = config) {
  const stop = new AbortController();
  const { open: opened } = database;
  const chore = await requestChore(opened.db, 'rotate-key', 'the operator');
  const running = runKeyChores({
    open: opened,
    config: from,
    clock: systemClock,
    log: captureLog().log,
    signal: stop.signal,
    onRotated: async () => void (await open()),
  });
  const ended = await waitFor(
    async () => {
      const found = await loadChore(opened.db, chore.id);
      return found?.state === 'done' || found?.state === 'failed' ? found : undefined;
    },
    { what: 'the rotation to end', timeoutMs: 30_000 },
  );
  stop.abort();
  await running;
  return ended;
}

describe('a rotation of the signing key', () => {
  let old: string;
  let signedBefore: string;

  it('leaves the old key signing until the nodes had time to hear of the new one', async () => {
    old = (await open()).current;
    signedBefore = await sign(old, 'a package of before\n');
    await importTold();
    const { state, result } = await rotate();
    expect(state).toBe('done');
    expect(result).toMatch(
      new RegExp(`^new signing key [0-9A-F]{40}, vouched for by ${old}, which stays; it signs after 1h$`),
    );
    expect((await open()).current).toBe(old);
    expect(keyViews('default', await readPoolKeyFacts(directory())).map(({ use }) => use)).toEqual([
      'signs',
      'signs-next',
    ]);
    const before = await open();
    expect(before.isOutdated()).toBe(false);
    const later = await open(2 * 3_600_000);
    expect(later.current).not.toBe(old);
    expect(readFileSync(join(directory(), 'key.fpr'), 'utf8')).toBe(`${later.current}\n`);
  });

  it('keeps what was signed before verifiable, for a node that knows both keys and for one that comes later', async () => {
    const { current } = await open(2 * 3_600_000);
    const signedAfter = await sign(current, 'a package of after\n');
    expect(verify(signedAfter)).toContain('NO_PUBKEY');
    await importTold();
    expect(verify(signedAfter)).toContain(`VALIDSIG ${current}`);
    expect(verify(signedBefore)).toContain(`VALIDSIG ${old}`);
  });

  it('has the old key vouch for the new one', async () => {
    const { current } = await open(2 * 3_600_000);
    const listed = await runGpg({ command: ['gpg'], home: node }, ['--with-colons', '--check-sigs', current]);
    expect(listed).toMatch(new RegExp(`^sig:!::22:${old.slice(-16)}:`, 'm'));
  });

  it('tells the nodes both keys, and only those of the pool', async () => {
    const told = await keysToTell(directory());
    expect(told?.fingerprints).toHaveLength(2);
    expect(told?.fingerprints).toContain(old);
    expect(told?.armored).not.toContain('PRIVATE');
  });

  it('is refused in a sentence where the operator names the key', async () => {
    const own = coordinatorConfig.parse({ ...config, pools: { default: { signingKey: old } } });
    expect(await rotate(own)).toMatchObject({
      state: 'failed',
      result: 'the keys are named by pools.default.signingKey: make a new one there, and name it instead',
    });
  });
});
