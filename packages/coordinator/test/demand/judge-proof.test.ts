import { PROOF_OUTCOMES, WISH_STATES } from '@binhost/shared/protocol';
import { describe, expect, test } from 'vitest';
import { judgeProof } from '../../src/demand/judge-proof.ts';

const proof = (outcome: (typeof PROOF_OUTCOMES)[number]) => ({
  cpv: 'dev-libs/libfoo-1.2',
  buildId: 1,
  outcome,
  reason: outcome === 'proven' ? '' : 'because',
});

describe('a proof', () => {
  test.each(['published', 'refused'] as const)('makes a %s wish ready', (state) => {
    expect(judgeProof(state, proof('proven'))).toEqual({ event: 'prove', reasons: { reasonCode: null, reason: null } });
  });

  test.each(['published', 'ready'] as const)('that failed refuses a %s wish', (state) => {
    expect(judgeProof(state, proof('signature-failed'))).toMatchObject({
      event: 'refuse',
      reasons: { reasonCode: 'signature' },
    });
    expect(judgeProof(state, proof('fetch-failed'))).toMatchObject({
      event: 'refuse',
      reasons: { reasonCode: 'fetch' },
    });
  });

  test('that a limit forbade leaves a wish published, with the reason', () => {
    expect(judgeProof('published', proof('not-proven'))).toEqual({
      event: null,
      reasons: { reasonCode: 'not-proven', reason: 'not proven: because' },
    });
  });

  test('that a limit forbade leaves a ready wish ready', () => {
    expect(judgeProof('ready', proof('not-proven'))).toBeUndefined();
  });

  test('means nothing to a wish that is not published', () => {
    for (const outcome of PROOF_OUTCOMES) {
      for (const state of WISH_STATES.filter((each) => !['published', 'ready', 'refused'].includes(each))) {
        expect(judgeProof(state, proof(outcome))).toBeUndefined();
      }
    }
  });
});
