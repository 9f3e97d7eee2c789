/**
 * The binhost's signing keys over time: it names them in welcome and after a rotation, and Portage's keyring takes the new ones
 * before anything is signed by them. Only where join put the first one in, only over the link (whose other end is verified),
 * and only what a key that Portage trusts has signed: whoever holds the coordinator but not its keys can add none.
 */
import type { SigningKeyFacts } from '@binhost/shared/protocol';
import { agentError } from './agent-errors.ts';
import { type AgentWorld, logOf } from './agent-parts.ts';
import { type JoinRecord, joinRecordFile } from './join/join-record.ts';
import { planKeyring } from './keyring/plan-keyring.ts';
import * as hands from './keyring/run-keyring.ts';
import { situationOfError } from './situation-of-error.ts';
import type { Situation } from './situations.ts';

export interface KeyTaker {
  /** What was told last counts. */
  told(keys: SigningKeyFacts): void;
  /** Takes what is told until the signal; what fails is a situation and is tried again. */
  run(signal: AbortSignal): Promise<void>;
}

/** @param onTaken there is a key more that Portage trusts */
export function keyTaker(world: AgentWorld, onTaken: () => void): KeyTaker {
  const { config, clock, shown } = world;
  let newest: SigningKeyFacts | undefined;
  let bell = new AbortController();
  const work = async (): Promise<void> => {
    if (!newest) return;
    const { taken, situations } = await takeAll(newest, world);
    shown.situations.keys = situations;
    if (taken > 0) onTaken();
  };
  return {
    told: (keys) => {
      newest = keys;
      bell.abort();
    },
    run: async (signal) => {
      while (!signal.aborted) {
        const heard = bell;
        await work();
        const mayPass = shown.situations.keys.some(({ code }) => code !== 'signing-key-refused');
        const pauseMs = mayPass ? config.look.retryPause : config.look.interval;
        await clock.sleep(pauseMs, AbortSignal.any([signal, heard.signal]));
        if (heard.signal.aborted) bell = new AbortController();
      }
    },
  };
}

interface Outcome {
  taken: number;
  situations: Situation[];
}

/** Never throws. */
async function takeAll(named: SigningKeyFacts, world: AgentWorld): Promise<Outcome> {
  const outcome: Outcome = { taken: 0, situations: [] };
  try {
    const trust = await openTrust(world);
    world.shown.signingKeys = trust && viewOf(named, trust.valid);
    if (trust && trust.vouchers.length > 0) await takeVouched(named, { trust, world, outcome });
    world.shown.signingKeys = trust && viewOf(named, trust.valid);
  } catch (error) {
    if (world.signal.aborted) return outcome;
    outcome.situations = [situationOfError(error, 'signing-key-not-taken')];
  }
  for (const { code, detail } of outcome.situations)
    logOf(world, 'keys').warn({ code, detail }, 'signing key not taken');
  return outcome;
}

/** Portage's keyring, as far as join made it trust the binhost. */
interface Trust {
  keyring: hands.Keyring;
  /** All keys that Portage takes signatures of. */
  valid: Set<string>;
  /** Those of them that are the binhost's. Empty: the node's owner has taken the trust back. */
  vouchers: string[];
}

/** @returns null where no join put a key in: whom this node trusts is its owner's matter */
async function openTrust({ config, clock, signal }: AgentWorld): Promise<Trust | null> {
  const record = joinRecordFile(config.paths.state).load();
  if (!record?.keyring) return null;
  const keyring = { gpg: config.portage.gpg, home: record.keyring.home, clock, signal };
  const listed = (await hands.readListedKeys(keyring)).filter(({ isValid }) => isValid);
  const valid = new Set(listed.map(({ fingerprint }) => fingerprint));
  const ours = new Set([record.fingerprint, ...record.keyring.brought]);
  return { keyring, valid, vouchers: [...ours].filter((fingerprint) => valid.has(fingerprint)) };
}

function viewOf({ fingerprints }: SigningKeyFacts, valid: ReadonlySet<string>) {
  return fingerprints.map((fingerprint) => ({ fingerprint, isTrusted: valid.has(fingerprint) }));
}

/** A key that was just taken may vouch for the next: a node may have missed several rotations. */
async function takeVouched(
  named: SigningKeyFacts,
  { trust, world, outcome }: { trust: Trust; world: AgentWorld; outcome: Outcome },
): Promise<void> {
  let missing = named.fingerprints.filter((fingerprint) => !trust.valid.has(fingerprint));
  for (let tried = -1; missing.length !== tried; ) {
    tried = missing.length;
    for (const fingerprint of missing) {
      const key = await hands.extractKey(trust.keyring, named.armored, fingerprint);
      const voucher = await hands.findVoucher(trust.keyring, key, { fingerprint, trusted: trust.vouchers });
      if (voucher === undefined) continue;
      await take({ key, fingerprint }, trust, world);
      outcome.taken += 1;
      logOf(world, 'keys').info({ fingerprint, voucher }, 'took signing key');
    }
    missing = missing.filter((fingerprint) => !trust.valid.has(fingerprint));
  }
  outcome.situations = missing.map((fingerprint) => ({
    code: 'signing-key-refused',
    detail: `${fingerprint} is signed by none of ${trust.vouchers.join(', ')}.`,
  }));
}

async function take(key: { key: string; fingerprint: string }, trust: Trust, { config }: AgentWorld): Promise<void> {
  const { keyring, valid, vouchers } = trust;
  const { fingerprint } = key;
  const state = await hands.readKeyring(keyring, fingerprint);
  if (!state.hasAnchor) {
    throw agentError('JOIN_FAILED', `${keyring.home}: expected a local anchor that signs ${fingerprint}, found none`, {
      hint: 'Join again with a new token: it makes one.',
    });
  }
  if (!state.hasKey) noteBrought(config.paths.state, fingerprint);
  for (const act of planKeyring(state, false)) await hands.doKeyringAct(keyring, act, key);
  valid.add(fingerprint);
  vouchers.push(fingerprint);
}

/** Before the deed: leave takes back what stands in the record. */
function noteBrought(stateDirectory: string, fingerprint: string): void {
  const file = joinRecordFile(stateDirectory);
  const record = file.load();
  if (!record?.keyring) return;
  const brought = [...new Set([...record.keyring.brought, fingerprint])];
  const changed: JoinRecord = { ...record, keyring: { ...record.keyring, brought } };
  file.store(changed);
}
