/** What a stored token is at a moment. Pure. */
export type JoinTokenState = 'open' | 'used' | 'expired' | 'revoked';

export interface JoinTokenFacts {
  expiresAt: Date;
  revokedAt: Date | null;
  usedAt: Date | null;
  usedKey: string | null;
}

/** A token that was used stays `used`, whatever came later. */
export function joinTokenState({ expiresAt, revokedAt, usedAt }: JoinTokenFacts, nowMs: number): JoinTokenState {
  if (usedAt) return 'used';
  if (revokedAt) return 'revoked';
  return expiresAt.getTime() <= nowMs ? 'expired' : 'open';
}

/** What follows from a token whose secret was shown. */
export type JoinVerdict =
  | { kind: 'enrol' }
  /** The node that used it asks once more: it may have died before it got its answer. */
  | { kind: 'again' }
  | { kind: 'refuse'; why: string };

/** @param publicKey of whoever shows the token now */
export function judgeJoinToken(token: JoinTokenFacts, publicKey: string, nowMs: number): JoinVerdict {
  switch (joinTokenState(token, nowMs)) {
    case 'open':
      return { kind: 'enrol' };
    case 'used':
      return token.usedKey === publicKey ? { kind: 'again' } : { kind: 'refuse', why: 'it was used already' };
    case 'expired':
      return { kind: 'refuse', why: 'its time has passed' };
    case 'revoked':
      return { kind: 'refuse', why: 'it was revoked' };
  }
}
