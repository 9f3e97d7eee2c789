import { randomBytes } from 'node:crypto';
import { encodeJoinToken } from '@binhost/shared/join';
import type { JoinAnswer, joinRequest, LeaveRequest } from '@binhost/shared/protocol';
import type { Clock } from '@binhost/shared/time';
import type { z } from 'zod';
import { createJoinToken, loadJoinTokens, revokeJoinToken, useJoinToken } from '../access/join-token-store.ts';
import { judgeLeave } from '../access/judge-leave.ts';
import { type JoinTokenView, joinTokenView, type NewJoinTokenView } from '../access/token-view.ts';
import type { PublicAddresses } from '../config/public-addresses.ts';
import { coordinatorError } from '../coordinator-errors.ts';
import type { Database } from '../db/database.ts';
import { addressKey } from '../limits/address-key.ts';
import type { RateLimit } from '../limits/rate-limit.ts';
import type { Logger } from '../log.ts';
import type { PoolKey } from '../publish/pool-key.ts';

/** Join tokens as people make them. */
export interface TokenActions {
  create(request: TokenRequest): Promise<NewJoinTokenView>;
  list(): Promise<JoinTokenView[]>;
  revoke(id: number): Promise<JoinTokenView>;
}

export interface TokenRequest {
  /** The name that the node gets; absent: its own. */
  name?: string | undefined;
  /** Milliseconds; absent: join.tokenTime. */
  ttlMs?: number | undefined;
  pool: string;
}

/** The other end: a node shows a token. @param from the address that it came from */
export type JoinNode = (request: z.output<typeof joinRequest>, from: string) => Promise<JoinAnswer>;

/** A node signs off by its own key. */
export type LeaveNode = (request: LeaveRequest, from: string) => Promise<{ left: string }>;

export interface JoinParts {
  db: Database;
  /** How often an address may ask to join or leave and be refused. */
  attempts: RateLimit;
  clock: Clock;
  log: Logger;
  /** Milliseconds: join.tokenTime. */
  tokenTime: number;
  addresses: PublicAddresses;
  /** What a node holds the control listener's certificate against. */
  pin: () => string;
  /** Names of all pools. */
  pools: readonly string[];
  poolKey: (pool: string) => Promise<PoolKey | undefined>;
  /** Below the pool's URL; undefined: none has been made yet. */
  probePath: (pool: string, fingerprint: string) => Promise<string | undefined>;
  /** Makes a node of the fleet, in the transaction that uses the token up. @returns the node's id */
  enrolNode: (tx: Database, node: { name: string; pool: string; publicKey: string; how: string }) => Promise<string>;
  /** Lets a key in no more. @returns the name of its node; undefined: no node has it */
  revokeKey: (publicKey: string) => Promise<string | undefined>;
}

export function makeTokenActions(parts: JoinParts): TokenActions {
  const { db, clock, tokenTime, addresses, pin, pools } = parts;
  const view = (row: Parameters<typeof joinTokenView>[0]) => joinTokenView(row, clock.nowMs());
  return {
    create: async ({ name, ttlMs, pool }) => {
      if (!pools.includes(pool)) {
        throw coordinatorError('NOT_FOUND', `expected one of the pools ${pools.join(', ')}, got '${pool}'`);
      }
      const { fingerprint } = await keyOf(parts, pool);
      const secret = randomBytes(24).toString('base64url');
      const times = { nowMs: clock.nowMs(), ttlMs: ttlMs ?? tokenTime };
      const row = await createJoinToken(db, { nodeName: name ?? null, pool, secret, ...times });
      const token = encodeJoinToken({ id: row.id, secret, address: addresses.control, pin: pin(), fingerprint });
      return { ...view(row), line: `binhost-agent join ${token}`, notes: notesOf(addresses) };
    },
    list: async () => (await loadJoinTokens(db)).map(view),
    revoke: async (id) => {
      const row = await revokeJoinToken(db, id, clock.nowMs());
      if (row) return view(row);
      throw coordinatorError('NOT_FOUND', `expected a known join token, got '${id}'`, {
        hint: 'binhost-coordinator token list lists them.',
      });
    },
  };
}

export function makeJoinNode(parts: JoinParts): JoinNode {
  const { db, clock, log, addresses, probePath, enrolNode } = parts;
  return async ({ token, nodeName, publicKey, preview }, from) => {
    countAttempt(parts.attempts, from);
    const shown = { ...token, nodeName, publicKey, preview, from, nowMs: clock.nowMs() };
    const how = `join token ${token.id}`;
    const admitted = await useJoinToken(db, shown, (tx, { nodeName: name, pool }) =>
      enrolNode(tx, { name, pool, publicKey, how }),
    ).catch((error: unknown) => {
      log.warn({ from, token: token.id, node: nodeName, why: (error as Error).message }, 'join refused');
      throw error;
    });
    parts.attempts.giveBack(addressKey(from));
    const { kind, nodeName: name, pool, enrolled } = admitted;
    if (!preview) log.info({ from, token: token.id, node: name, pool, kind }, 'node joined');
    const { fingerprint, armored } = await keyOf(parts, pool);
    return {
      nodeId: enrolled ?? null,
      nodeName: name,
      pool,
      packagesUrl: `${addresses.packages}/packages/${pool}`,
      signingKey: armored,
      probePath: (await probePath(pool, fingerprint)) ?? null,
    };
  };
}

export function makeLeaveNode({ clock, log, attempts, revokeKey }: JoinParts): LeaveNode {
  return async (request, from) => {
    countAttempt(attempts, from);
    const why = judgeLeave(request, clock.nowMs());
    const name = why === undefined ? await revokeKey(request.publicKey) : undefined;
    if (name !== undefined) {
      attempts.giveBack(addressKey(from));
      log.info({ from, node: name }, 'node left');
      return { left: name };
    }
    log.warn({ from, why }, 'leave refused');
    throw coordinatorError('JOIN_REFUSED', `expected a node that leaves: ${why ?? 'no node has this key'}`, {
      hint: 'It may have left already; binhost-coordinator nodes lists those that are here.',
    });
  };
}

/** @throws TOO_MANY_ATTEMPTS */
function countAttempt(attempts: RateLimit, from: string): void {
  const waitMs = attempts.take(addressKey(from));
  if (waitMs === 0) return;
  const seconds = Math.ceil(waitMs / 1000);
  throw coordinatorError('TOO_MANY_ATTEMPTS', `too many joins from there were refused; try again in ${seconds} s`, {
    hint: 'The log names the addresses that they came from; limits.joinsPerMinute is the limit.',
    detail: { retryAfterSeconds: seconds },
  });
}

async function keyOf({ poolKey }: JoinParts, pool: string): Promise<PoolKey> {
  const key = await poolKey(pool);
  if (key) return key;
  throw coordinatorError('NOT_READY', `expected the signing key of the pool ${pool}, there is none yet`, {
    hint: 'The publisher makes it at its first start: start binhost-coordinator publisher, then try again.',
    retryable: true,
  });
}

function notesOf(parts: PublicAddresses): string[] {
  return [...guessNotes(parts), ...(parts.isLoopbackOnly ? [LOOPBACK_NOTE] : [])];
}

const LOOPBACK_NOTE =
  'control.listen is a loopback address and control.url says no other: only this machine itself can join. For nodes elsewhere listen on 0.0.0.0:8443, or set control.url.';

function guessNotes({ guessed, control, packages }: PublicAddresses): string[] {
  if (guessed.length === 0) return [];
  const addresses = guessed.map((key) => (key === 'control.url' ? control : packages)).join(' and ');
  return [`The node will use ${addresses}, guessed from this machine's name; ${guessed.join(' and ')} would say it.`];
}
