import { generateKeyPairSync } from 'node:crypto';
import type { Hello } from '@binhost/shared/protocol';
import { signClaim } from '@binhost/shared/trust';
import { enrolNode } from '../../src/access/node-identity-store.ts';
import type { Database } from '../../src/db/database.ts';

/** An Ed25519 identity, both halves in PEM. */
export interface NodeKey {
  privateKey: string;
  publicPem: string;
}

export function makeNodeKey(): NodeKey {
  const pair = generateKeyPairSync('ed25519');
  return {
    privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicPem: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/** One for every node name of a test file, so that a node comes back as itself. */
const keys = new Map<string, NodeKey>();

/** What a join leaves behind: the key of that name is known to the coordinator. */
export async function enrolKey(db: Database, name: string): Promise<NodeKey> {
  const key = keys.get(name) ?? makeNodeKey();
  keys.set(name, key);
  await enrolNode(db, { name, pool: 'default', publicKey: key.publicPem, how: 'a test' });
  return key;
}

/** @param nonce of the connection's challenge */
export function signedHello(hello: Hello, nonce: string, { privateKey }: NodeKey): Hello {
  const { nodeName, protocolVersion } = hello;
  return { ...hello, identity: signClaim({ nonce, nodeName, protocolVersion }, privateKey) };
}
