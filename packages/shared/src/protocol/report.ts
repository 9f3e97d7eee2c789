import { z } from 'zod';
import { PROBLEM_CODES } from '../emerge/pretend-result.ts';
import { mergeEntryOnWire } from './merge-entry.ts';
import { nodeFacts } from './node-facts.ts';
import { epochMsValue, lineValue, sha256Value, textValue } from './portage-values.ts';

/**
 * What one look at the node's Portage found. Acknowledged after the coordinator's commit; the agent keeps the newest
 * unacknowledged one on disk and sends it again after a reconnect. Sending it twice is harmless: (epoch, number) names it.
 */
export const report = z.object({
  type: z.literal('report'),
  epoch: z.uuid(),
  /** Rises by one with every look of this epoch. */
  number: z.number().int().min(1),
  /** When the look began, by the node's clock. */
  lookedAtMs: epochMsValue,
  /** How long emerge took. */
  tookMs: z.number().int().min(0),
  /** Newest event that the agent had received when the look began: what was published up to it should be seen by this look. */
  lastEvent: z.number().int().min(0),
  /**
   * `complete`: the list is the node's demand. `incomplete`: a list was made, but while a binhost was unreachable or cut short;
   * it is shown and is no demand. `failed`: emerge gave no usable list; `problems` say why.
   */
  outcome: z.enum(['complete', 'incomplete', 'failed']),
  /** emerge's exit status; null: it was ended by a signal or by the time limit. */
  exitCode: z.number().int().nullable(),
  /** The merge list in merge order: dependencies first. */
  entries: z.array(mergeEntryOnWire).max(20_000),
  problems: z
    .array(
      z.object({
        code: z.enum(PROBLEM_CODES),
        atom: lineValue(500).nullable(),
        message: textValue(2000),
        lines: z.array(textValue(2000)).max(20),
      }),
    )
    .max(2000),
  facts: nodeFacts,
  /** Digest of the inventory that this look was made on. */
  inventoryDigest: sha256Value,
});
export type Report = z.infer<typeof report>;
