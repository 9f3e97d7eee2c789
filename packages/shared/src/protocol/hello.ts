import { z } from 'zod';
import { PUBLIC_KEY_PATTERN, SIGNATURE_PATTERN } from './key-values.ts';
import { epochMsValue, nodeNameValue, sha256Value, versionValue } from './portage-values.ts';

/** The agent's first message on every connection. It says what the agent knows, so that a reconnect heals both sides. */
export const hello = z.object({
  type: z.literal('hello'),
  /** PROTOCOL_VERSION of the agent. */
  protocolVersion: z.number().int().min(1),
  /** Version of the program, for display. */
  agentVersion: versionValue,
  /** The node's name: `node.name`, else its host name. The node is created at its first hello. */
  nodeName: nodeNameValue,
  /** A UUID made when the agent's state directory was made: report numbers count inside it. */
  epoch: z.uuid(),
  /** Number of the newest event that the agent has acted on; 0: none. The coordinator sends what comes after it. */
  lastEvent: z.number().int().min(0),
  /** Number of the newest report that the coordinator has acknowledged; 0: none. */
  lastAcknowledgedReport: z.number().int().min(0),
  /** Digest of the node's inventory as it is now; null: not read yet. The coordinator asks for it if it has another. */
  inventoryDigest: sha256Value.nullable(),
  /** The node's wall clock, to show a skew. */
  sentAtMs: epochMsValue,
  /** Who the node is, for coordinators that it has joined; absent: it has not joined any. */
  identity: z
    .object({
      /** Raw Ed25519 key, 32 bytes in base64url. */
      publicKey: z.string().length(43).regex(PUBLIC_KEY_PATTERN, 'expected 32 bytes in base64url'),
      /** Over the challenge's nonce, the node's name and the protocol version: see trust/identity.ts. */
      signature: z.string().length(86).regex(SIGNATURE_PATTERN, 'expected 64 bytes in base64url'),
    })
    .optional(),
});
export type Hello = z.infer<typeof hello>;
