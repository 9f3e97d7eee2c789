import { z } from 'zod';
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
});
export type Hello = z.infer<typeof hello>;
