import type { Proofs, WishState } from '@binhost/shared/protocol';
import { nextWishState, type WishEvent } from './wish-state.ts';

export interface ProofStep {
  /** null: the wish stays in its state, only its reason changes. */
  event: WishEvent | null;
  reasons: { reasonCode: string | null; reason: string | null };
}

/** What one proof means for the wish that it is about; undefined: nothing. */
export function judgeProof(state: WishState, result: Proofs['results'][number]): ProofStep | undefined {
  const { outcome, reason } = result;
  if (outcome === 'not-proven') {
    // published, never ready: the node was kept from looking, which says nothing against the package
    if (state !== 'published') return undefined;
    return { event: null, reasons: { reasonCode: 'not-proven', reason: `not proven: ${reason}` } };
  }
  if (outcome === 'proven') {
    if (!nextWishState(state, 'prove')) return undefined;
    return { event: 'prove', reasons: { reasonCode: null, reason: null } };
  }
  const isSignature = outcome === 'signature-failed';
  const text = `${isSignature ? 'its signature was not accepted' : 'it could not be fetched'} on the node: ${reason}`;
  const reasons = { reasonCode: isSignature ? 'signature' : 'fetch', reason: text };
  if (state === 'refused') return { event: null, reasons };
  return nextWishState(state, 'refuse') ? { event: 'refuse', reasons } : undefined;
}
