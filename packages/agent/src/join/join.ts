import { join as joinPath } from 'node:path';
import { decodeJoinToken, type JoinToken } from '@binhost/shared/join';
import type { JoinAnswer } from '@binhost/shared/protocol';
import type { Clock } from '@binhost/shared/time';
import { agentError } from '../agent-errors.ts';
import type { AgentConfig } from '../config/agent-config.ts';
import { atomicWrite } from '../files/atomic-write.ts';
import type { Keyring } from '../keyring/run-keyring.ts';
import { askToJoin, type CoordinatorDoor, learnCa } from './call-coordinator.ts';
import { missingDirectories } from './change-file.ts';
import { type Identity, identityPath, makeIdentity, readIdentity, writeIdentity } from './identity-file.ts';
import { type JoinRecord, joinRecordFile } from './join-record.ts';
import type { JoinStepName } from './join-step-names.ts';
import { type PlannedStep, planJoin, type RecordKeeper } from './join-steps.ts';
import { proveJoin } from './prove-join.ts';

/**
 * One pasted line makes this machine a node. In: a token. Out: an identity that the coordinator knows, its CA, a
 * configuration of agent and Portage that uses the pool, and the proof that all of it works together. Everything that
 * would change is shown first; whatever is right already stays; the same line again goes on where the last one stopped.
 */
export interface JoinParts {
  config: AgentConfig;
  /** Where settings are written. */
  configFile: string;
  /** The configuration as it is read when the file was written. */
  reload: () => AgentConfig;
  /** PATH */
  searchPath: string;
  clock: Clock;
  signal: AbortSignal;
  print: (text: string) => void;
  /** @returns false: the person does not want it @throws where nobody can be asked */
  confirm: () => Promise<boolean>;
}

export interface JoinOptions {
  dryRun: boolean;
  skip: readonly JoinStepName[];
}

export const CA_FILE = 'ca.pem';

/** @returns whether this machine is a node now @throws JOIN_FAILED, JOIN_WRONG_PIN, JOIN_TOKEN_BROKEN, STATE_UNUSABLE */
export async function joinNode(text: string, options: JoinOptions, parts: JoinParts): Promise<boolean> {
  const { config, print, signal } = parts;
  const token = decodeJoinToken(text);
  const place = { address: token.address, timeLimitMs: config.link.connectLimit, signal };
  const door: CoordinatorDoor = { ...place, ca: await learnCa(place, token.pin) };
  const known = readIdentity(config.paths.state);
  const identity = known ?? makeIdentity();
  const preview = await ask(door, { token, identity, config, preview: true });
  const steps = await plan(preview, token, options, parts);
  print(planText({ steps, token, answer: preview, hasIdentity: known !== undefined, options }));
  if (options.dryRun) return false;
  if (!(await parts.confirm())) {
    print('Nothing was changed.\n');
    return false;
  }
  const record = keepRecord(parts, token, preview);
  enrolFiles(parts, { identity, isNew: known === undefined, ca: door.ca, record });
  await ask(door, { token, identity, config, preview: false });
  for (const step of steps) {
    if (step.skipped) continue;
    await step.run(record);
    if (step.changes.length > 0) print(`done   ${step.title}\n`);
  }
  await proveJoin(
    { token, answer: preview, config: checkedConfig(parts, token), steps, print, keyring: keyringOf(parts) },
    parts,
  );
  print(
    `\nThis machine is the node ${preview.nodeName} of ${token.address}. binhost-agent status shows what it waits for.\n`,
  );
  return true;
}

interface Question {
  token: JoinToken;
  identity: Identity;
  config: AgentConfig;
  preview: boolean;
}

function ask(door: CoordinatorDoor, { token, identity, config, preview }: Question): Promise<JoinAnswer> {
  const { id, secret } = token;
  return askToJoin(door, {
    token: { id, secret },
    nodeName: config.node.name,
    publicKey: identity.publicKey,
    preview,
  });
}

function plan(answer: JoinAnswer, token: JoinToken, options: JoinOptions, parts: JoinParts): Promise<PlannedStep[]> {
  const { config, configFile, searchPath } = parts;
  const { address, fingerprint } = token;
  const recorded = joinRecordFile(config.paths.state).load();
  const keyring = keyringOf(parts);
  return planJoin({
    config,
    configFile,
    searchPath,
    address,
    fingerprint,
    answer,
    recorded,
    keyring,
    skip: options.skip,
  });
}

function keyringOf({ config, clock, signal }: JoinParts): Keyring {
  return { gpg: config.portage.gpg, home: config.portage.gnupgHome, clock, signal };
}

/** The record of an earlier join goes on: what that one did must be undone as well. */
function keepRecord({ config }: JoinParts, { address, fingerprint }: JoinToken, answer: JoinAnswer): RecordKeeper {
  const file = joinRecordFile(config.paths.state);
  const known = file.load();
  const { nodeName, pool, packagesUrl } = answer;
  const made = missingDirectories(joinPath(config.paths.state, CA_FILE));
  const nothing = { files: [], made, keyring: null, service: false };
  let value: JoinRecord = { ...nothing, ...known, address, nodeName, pool, packagesUrl, fingerprint };
  file.store(value);
  return {
    get value() {
      return value;
    },
    update: (change) => {
      value = { ...value, ...change };
      file.store(value);
    },
  };
}

/** The private key and the CA, before the coordinator hears of the public one: a join that breaks off asks again with the same. */
function enrolFiles(
  { config }: JoinParts,
  { identity, isNew, ca, record }: { identity: Identity; isNew: boolean; ca: string | undefined; record: RecordKeeper },
): void {
  const caPath = joinPath(config.paths.state, CA_FILE);
  const files = [identityPath(config.paths.state), ...(ca === undefined ? [] : [caPath])];
  record.update({ made: [...new Set([...record.value.made, ...files])] });
  if (isNew) writeIdentity(config.paths.state, identity);
  if (ca !== undefined) atomicWrite(caPath, ca, 0o644);
}

/** The environment or a flag may say another address than the file that was just written. */
function checkedConfig({ reload, configFile }: JoinParts, { address }: JoinToken): AgentConfig {
  const config = reload();
  if (config.coordinator.url === address) return config;
  throw agentError('JOIN_FAILED', `coordinator.url: expected ${address}, got '${config.coordinator.url}'`, {
    hint: `${configFile} says it right; BINHOST_AGENT_COORDINATOR_URL in the environment says something else.`,
  });
}

function planText(shown: {
  steps: PlannedStep[];
  token: JoinToken;
  answer: JoinAnswer;
  hasIdentity: boolean;
  options: JoinOptions;
}): string {
  const { token, answer, steps, hasIdentity, options } = shown;
  const head = `${options.dryRun ? 'Would join' : 'Joins'} ${token.address} as ${answer.nodeName}, pool ${answer.pool}.\n\n`;
  const identity = hasIdentity ? 'keep   the identity of this node\n' : 'make   an identity for this node\n';
  return `${head}${identity}${steps.map(stepText).join('')}\n`;
}

export function stepText({ title, changes, skipped }: Pick<PlannedStep, 'title' | 'changes' | 'skipped'>): string {
  if (skipped) return `skip   ${title}: ${skipped}\n`;
  if (changes.length === 0) return `keep   ${title}\n`;
  return `change ${title}\n${changes.map((line) => `         ${line}\n`).join('')}`;
}
