import { z } from 'zod';
import { MERGE_CHANGES, MERGE_KINDS } from '../emerge/pretend-result.ts';
import { cpvValue, lineValue, repositoryValue, slotValue, useFlagValue } from './portage-values.ts';

/** Flags of one package on the wire; an ebuild of the real tree has at most some 300. */
export const useOnWire = z.object({
  enabled: z.array(useFlagValue).max(2000),
  disabled: z.array(useFlagValue).max(2000),
});

/** One row of a node's merge list. `blocks` rows are not sent: they are problems. */
export const mergeEntryOnWire = z.object({
  /** As printed by the node's Portage. */
  kind: z.enum(MERGE_KINDS).exclude(['blocks']),
  cpv: cpvValue,
  /** Only with kind `binary`. */
  buildId: z.number().int().min(1).max(1_000_000).nullable(),
  slot: slotValue,
  subslot: slotValue,
  /** null: the node's Portage printed none; such a row is never demand. */
  repository: repositoryValue.nullable(),
  change: z.enum(MERGE_CHANGES).nullable(),
  use: useOnWire,
  /** Versions that would be replaced; for display. */
  installed: z.array(lineValue(200)).max(50),
  downloadKiB: z.number().int().min(0).nullable(),
  mask: z.enum(['~', '*', '#']).nullable(),
  fetchRestricted: z.enum(['unsatisfied', 'satisfied']).nullable(),
  interactive: z.boolean(),
});

export type MergeEntryOnWire = z.infer<typeof mergeEntryOnWire>;
