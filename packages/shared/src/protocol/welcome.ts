import { z } from 'zod';
import { epochMsValue, poolValue, sha256Value, versionValue } from './portage-values.ts';
import { signingKeyFacts } from './signing-keys.ts';

/** Which index a pool's clients should see; `index-mismatch` on a node is measured against it. */
export const indexFacts = z.object({
  /** TIMESTAMP of the header, whole seconds. */
  timestamp: z.number().int().min(0),
  /** SHA-256 of the uncompressed `Packages`. */
  sha256: sha256Value,
  entries: z.number().int().min(0),
});
export type IndexFacts = z.infer<typeof indexFacts>;

const readTokenValue = z
  .string()
  .max(43)
  .regex(/^[A-Za-z0-9_-]{43}$/, 'expected 43 letters, digits, - or _');

/** The coordinator's answer to hello. */
export const welcome = z.object({
  type: z.literal('welcome'),
  protocolVersion: z.number().int().min(1),
  /** Agents older than this are told so in words and closed. */
  oldestProtocolVersion: z.number().int().min(1),
  coordinatorVersion: versionValue,
  nodeId: z.uuid(),
  /** The pool that the node's wishes are served from. */
  pool: poolValue,
  /** Where that pool's packages are, as `sync-uri` of binrepos.conf; null: the coordinator was not told its public address. */
  packagesUrl: z.url().max(2000).nullable(),
  /** null: nothing published yet. */
  index: indexFacts.nullable(),
  /** True: the coordinator has no inventory of this digest; send it before the next report. */
  inventoryWanted: z.boolean(),
  /** Newest report of this epoch that the coordinator has; the agent drops its copy up to it. */
  lastReport: z.number().int().min(0),
  /** null: the pool has no publisher yet. Absent in what older coordinators say. */
  signingKeys: signingKeyFacts.nullable().default(null),
  /** Lets the node read builds and their logs over HTTP while this connection lasts. Absent in what older coordinators say. */
  readToken: readTokenValue.nullable().default(null),
  sentAtMs: epochMsValue,
});
export type Welcome = z.infer<typeof welcome>;
