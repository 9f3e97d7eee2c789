import type { Clock } from '@binhost/shared/time';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import { coordinatorError } from '../coordinator-errors.ts';
import type { Database } from '../db/database.ts';
import { addressKey } from '../limits/address-key.ts';
import { makeRateLimit } from '../limits/rate-limit.ts';
import type { AuditEntry } from './audit-entry.ts';
import { type AuditView, addAuditEntry, loadAuditEntries, pruneAuditEntries } from './audit-store.ts';
import { hashSecret, isSameHash, makeOperatorToken, randomSecret } from './operator-token.ts';
import * as tokens from './operator-token-store.ts';
import type { Caller, Role } from './roles.ts';
import { judgeSession } from './session-life.ts';
import * as sessions from './session-store.ts';

/**
 * The step access, for people: personal tokens, the sessions that a web page opens with them, and the log of who did what.
 * In: what a request shows. Out: who asks, and how much that person may (roles.ts, route-rules.ts). Called by the HTTP doors.
 */
export interface Operators {
  /** @throws NOT_ALLOWED, TOO_MANY_ATTEMPTS */
  byToken(token: string, address: string): Promise<Caller>;
  /** @throws NOT_ALLOWED where it has ended or never was */
  bySession(secret: string): Promise<KnownSession>;
  /** @param former the value of a session cookie that was sent along: that session ends, whoever had set it @throws as byToken */
  login(token: string, address: string, former: string | undefined): Promise<OpenedSession>;
  logout(sessionId: string): Promise<void>;
  /** Whether somebody who was let in would be let in now. */
  isStillIn(caller: Caller): Promise<boolean>;
  /** @throws WRONG_USE where the name is taken */
  create(request: { name: string; role: Role; ttlMs?: number | undefined }, by: string): Promise<CreatedToken>;
  list(): Promise<tokens.OperatorTokenView[]>;
  /** @throws NOT_FOUND */
  revoke(name: string): Promise<tokens.OperatorTokenView>;
  /** @throws NOT_FOUND */
  setRole(name: string, role: Role): Promise<tokens.OperatorTokenView>;
  record(entry: AuditEntry): Promise<void>;
  /** Newest first. */
  entries(limit: number): Promise<AuditView[]>;
  /** Removes what is beyond the bounds. */
  prune(): Promise<void>;
}

export interface KnownSession {
  caller: Caller;
  csrfToken: string;
  /** The cookie's new value, where it was rotated. */
  renewed?: string;
}

export interface OpenedSession extends KnownSession {
  secret: string;
}

/** The only time that the token is shown. */
export interface CreatedToken {
  token: string;
  view: tokens.OperatorTokenView;
}

export interface OperatorsParts {
  db: Database;
  limits: CoordinatorConfig['access'] & Pick<CoordinatorConfig['limits'], 'loginsPerMinute' | 'loginsPerMinuteOfAll'>;
  clock: Clock;
}

export function makeOperators(parts: OperatorsParts): Operators {
  const { db, limits, clock } = parts;
  const tokenOf = tokenJudge(parts);
  return {
    byToken: async (token, address) => callerOf('token', await tokenOf(token, address)),
    bySession: (secret) => knownSession(parts, secret),
    login: async (token, address, former) => {
      const owner = await tokenOf(token, address);
      if (former !== undefined) await endFormer(db, former);
      const [secret, csrfToken] = [randomSecret(), randomSecret()];
      const { maxSessions } = limits;
      const session = { token: owner, hash: hashSecret(secret), csrfToken, nowMs: clock.nowMs(), maxSessions };
      const sessionId = await sessions.addSession(db, session);
      return { caller: { ...callerOf('session', owner), sessionId }, csrfToken, secret };
    },
    logout: (sessionId) => sessions.removeSession(db, sessionId),
    isStillIn: (caller) => isStillIn(parts, caller),
    create: (request, by) => createToken(parts, request, by),
    list: () => tokens.loadOperatorTokens(db),
    revoke: async (name) => known(name, await tokens.revokeOperatorToken(db, name, clock.nowMs())),
    setRole: async (name, role) => known(name, await tokens.setOperatorRole(db, name, role)),
    record: (entry) => addAuditEntry(db, entry, clock.nowMs()),
    entries: (limit) => loadAuditEntries(db, limit),
    prune: async () => {
      const now = clock.nowMs();
      await pruneAuditEntries(db, 'deed', limits.auditDeeds);
      await pruneAuditEntries(db, 'access', limits.auditAccess);
      await pruneAuditEntries(db, 'refused', limits.auditRefused);
      const bounds = { usedMs: now - limits.sessionIdle, createdMs: now - limits.sessionMax };
      await sessions.removeStaleSessions(db, bounds);
    },
  };
}

/** Most tokens that are remembered as right. */
const MAX_KNOWN = 1000;

/**
 * Judges shown tokens. One that was right before is judged even while too many wrong ones arrive, so that a stranger can't
 * lock people out.
 */
function tokenJudge({ db, limits, clock }: OperatorsParts) {
  const attempts = makeRateLimit({
    perMinute: limits.loginsPerMinute,
    perMinuteOfAll: limits.loginsPerMinuteOfAll,
    clock,
  });
  const known = new Set<string>();
  return async (shown: string, address: string): Promise<tokens.OperatorTokenView> => {
    const hash = hashSecret(shown);
    const from = addressKey(address);
    const waitMs = known.has(hash) ? 0 : attempts.take(from);
    if (waitMs > 0) throw tooMany(waitMs);
    // The same question whether or not it exists, is revoked or of the right form: the answer's time tells nothing.
    const found = await tokens.findOperatorToken(db, hash);
    const isRight = isSameHash(hash, found?.hash ?? hashSecret(''));
    const now = clock.nowMs();
    if (!found || !isRight || !isValid(found, now)) {
      known.delete(hash);
      throw notAllowed('expected a personal token that is valid, got one that is unknown, expired or revoked');
    }
    if (!known.has(hash)) attempts.giveBack(from);
    if (known.size >= MAX_KNOWN) known.clear();
    known.add(hash);
    await tokens.noteTokenUsed(db, found, now);
    return found;
  };
}

async function knownSession({ db, limits, clock }: OperatorsParts, secret: string): Promise<KnownSession> {
  const hash = hashSecret(secret);
  const found = await sessions.findSession(db, hash);
  const now = clock.nowMs();
  if (!found || !isValid(found.token, now)) throw notAllowed('expected an open session, got one that has ended');
  const verdict = judgeSession({ ...found, tokenRole: found.token.role }, now, limits);
  if (verdict === 'ended' || verdict === 'stolen') {
    await sessions.removeSession(db, found.id);
    throw notAllowed('expected an open session, got one that has ended');
  }
  const caller: Caller = { ...callerOf('session', found.token), sessionId: found.id };
  const known = { caller, csrfToken: found.csrfToken };
  await tokens.noteTokenUsed(db, found.token, now);
  if (verdict === 'live') {
    await sessions.noteSessionUsed(db, found, now);
    return known;
  }
  const renewed = randomSecret();
  const rotation = { id: found.id, oldHash: hash, newHash: hashSecret(renewed), role: found.token.role, nowMs: now };
  return (await sessions.rotateSession(db, rotation)) ? { ...known, renewed } : known;
}

async function isStillIn({ db, limits, clock }: OperatorsParts, caller: Caller): Promise<boolean> {
  const now = clock.nowMs();
  if (caller.sessionId !== undefined) {
    const found = await sessions.findSessionOfId(db, caller.sessionId);
    // An open stream is no idleness.
    return found !== undefined && isValid(found.token, now) && now - found.createdAtMs <= limits.sessionMax;
  }
  if (caller.tokenId === undefined) return true;
  const token = await tokens.loadOperatorToken(db, caller.tokenId);
  return token !== undefined && isValid(token, now);
}

/** A session of which a login was sent along is ended: nobody may have slipped it to the browser. */
async function endFormer(db: Database, secret: string): Promise<void> {
  const former = await sessions.findSession(db, hashSecret(secret));
  if (former) await sessions.removeSession(db, former.id);
}

async function createToken(
  { db, clock }: OperatorsParts,
  { name, role, ttlMs }: { name: string; role: Role; ttlMs?: number | undefined },
  createdBy: string,
): Promise<CreatedToken> {
  const token = makeOperatorToken();
  const nowMs = clock.nowMs();
  const expiresAtMs = ttlMs === undefined ? null : nowMs + ttlMs;
  const request = { name, role, hash: hashSecret(token), createdBy, nowMs, expiresAtMs };
  const view = await tokens.addOperatorToken(db, request);
  if (view) return { token, view };
  throw coordinatorError('WRONG_USE', `expected a name that no personal token has, got '${name}'`, {
    hint: 'binhost-coordinator token list shows them; revoke the former one first.',
  });
}

function callerOf(kind: 'token' | 'session', { id, name, role }: tokens.OperatorTokenView): Caller {
  return { kind, name, role, tokenId: id };
}

function isValid({ revokedAtMs, expiresAtMs }: tokens.OperatorTokenView, nowMs: number): boolean {
  return revokedAtMs === null && (expiresAtMs === null || expiresAtMs > nowMs);
}

function known(name: string, token: tokens.OperatorTokenView | undefined): tokens.OperatorTokenView {
  if (token) return token;
  throw coordinatorError('NOT_FOUND', `expected a personal token that is not revoked, got '${name}'`, {
    hint: 'binhost-coordinator token list shows them.',
  });
}

export function notAllowed(message: string) {
  return coordinatorError('NOT_ALLOWED', message, {
    hint: 'Make one on the binhost: binhost-coordinator token create --role viewer --name WHO',
  });
}

function tooMany(waitMs: number) {
  const seconds = Math.ceil(waitMs / 1000);
  return coordinatorError('TOO_MANY_ATTEMPTS', `too many tokens that are none; try again in ${seconds} s`, {
    hint: 'The log names the addresses that they came from.',
    detail: { retryAfterSeconds: seconds },
  });
}
