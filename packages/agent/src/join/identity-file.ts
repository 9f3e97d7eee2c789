import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentError } from '../agent-errors.ts';
import { atomicWrite } from '../files/atomic-write.ts';

/** Who this node is: an Ed25519 key pair that never leaves it. */
export interface Identity {
  /** PKCS #8, PEM: what identity.pem holds. */
  privateKey: string;
  /** SPKI, PEM: what the coordinator stores. */
  publicKey: string;
}

export function identityPath(stateDirectory: string): string {
  return join(stateDirectory, 'identity.pem');
}

/** @returns undefined where there is none @throws STATE_UNUSABLE for a file that is no such key */
export function readIdentity(stateDirectory: string): Identity | undefined {
  const path = identityPath(stateDirectory);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable(path, (cause as Error).message, cause);
  }
  try {
    const key = createPrivateKey(text);
    if (key.asymmetricKeyType !== 'ed25519') throw new Error(`it is a key of ${key.asymmetricKeyType}`);
    return { privateKey: text, publicKey: spki(text) };
  } catch (cause) {
    throw unusable(path, (cause as Error).message, cause);
  }
}

export function makeIdentity(): Identity {
  const { privateKey } = generateKeyPairSync('ed25519');
  const text = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { privateKey: text, publicKey: spki(text) };
}

export function writeIdentity(stateDirectory: string, { privateKey }: Identity): void {
  atomicWrite(identityPath(stateDirectory), privateKey, 0o600);
}

function spki(privateKey: string): string {
  return createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
}

function unusable(path: string, why: string, cause: unknown) {
  return agentError('STATE_UNUSABLE', `${path}: expected the private key of this node: ${why}`, {
    hint: 'Run it as root; where the file is damaged, remove it and join again by a new token.',
    cause,
  });
}
