import { z } from 'zod';
import { bindingValue, codeValue, cpvValue, epochMsValue, textValue, useFlagValue } from './portage-values.ts';

/** The states of a wish; what each means stands beside the transition table in the coordinator's demand step. */
export const WISH_STATES = ['waiting', 'excluded', 'unbuildable', 'published', 'ready', 'refused', 'gone'] as const;
export type WishState = (typeof WISH_STATES)[number];

/** The states of a build; what each means stands beside the transition table in the coordinator's queue step. */
export const BUILD_STATES = [
  'blocked',
  'queued',
  'leased',
  'building',
  'built',
  'publishing',
  'published',
  'held',
  'quarantined',
  'failed',
  'aborted',
  'cancelled',
  'superseded',
] as const;
export type BuildState = (typeof BUILD_STATES)[number];

/** One wish of this node, for `binhost-agent status`. */
export const wishView = z.object({
  cpv: cpvValue,
  useEnabled: z.array(useFlagValue).max(2000),
  /** `dev-libs/libfoo:0/2`, one per `:=` dependency. */
  bindings: z.array(bindingValue).max(2000),
  state: z.enum(WISH_STATES),
  /** One word for programs, e.g. `not-in-tree`; null: none needed. */
  reasonCode: codeValue.nullable(),
  /** One sentence for a person, with what to do where there is something; null: none needed. */
  reason: textValue(4000).nullable(),
  /** State of the build that serves it; null: there is none. */
  buildState: z.enum(BUILD_STATES).nullable(),
  /** Since when the wish is in its state, by the coordinator's clock. */
  sinceMs: epochMsValue,
  /** The published package that serves it; null: none yet. */
  buildId: z.number().int().min(1).nullable(),
});
export type WishView = z.infer<typeof wishView>;

/** All live wishes of this node. A snapshot: replaces what the agent had; sent on change, gathered; never acknowledged. */
export const wishes = z.object({
  type: z.literal('wishes'),
  /** By the coordinator's clock. */
  madeAtMs: epochMsValue,
  wishes: z.array(wishView).max(20_000),
});
export type Wishes = z.infer<typeof wishes>;
