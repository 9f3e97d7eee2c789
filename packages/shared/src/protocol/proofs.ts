import { z } from 'zod';
import { cpvValue, textValue } from './portage-values.ts';

/** How far the proof of one published package went on the node. */
export const PROOF_OUTCOMES = [
  /** The file was fetched and its signature verified. */
  'proven',
  /** A limit (`prove.maxSize`, `prove.minFree`) forbade the fetch; the reason names it. */
  'not-proven',
  /** The file could not be fetched, or differs from the index. */
  'fetch-failed',
  /** The signature is missing, wrong, or by a key that the node does not trust. */
  'signature-failed',
] as const;

/** What the node found of packages that its Portage now lists as `[binary]`. Acknowledged like a report. */
export const proofs = z.object({
  type: z.literal('proofs'),
  /** The look whose list showed them. */
  epoch: z.uuid(),
  reportNumber: z.number().int().min(1),
  results: z
    .array(
      z.object({
        cpv: cpvValue,
        buildId: z.number().int().min(1),
        outcome: z.enum(PROOF_OUTCOMES),
        /** Why, and what to do; empty for `proven`. */
        reason: textValue(4000),
      }),
    )
    .max(20_000),
});
export type Proofs = z.infer<typeof proofs>;
export type ProofOutcome = (typeof PROOF_OUTCOMES)[number];
