import { z } from 'zod';
import { epochMsValue, nodeNameValue, poolValue, textValue } from './portage-values.ts';

/** SPKI of an Ed25519 key, PEM. */
const publicKeyValue = z
  .string()
  .max(300)
  .regex(/^-----BEGIN PUBLIC KEY-----\n[A-Za-z0-9+/=\n]+-----END PUBLIC KEY-----\n?$/, 'expected a public key in PEM');

/**
 * `POST /join` on the control listener: a node shows a token's secret and its public key, and becomes a node of the
 * fleet. The same node may ask again with the same key: it gets the same answer, so that a join that was broken off can be
 * ended by the same line.
 */
export const joinRequest = z.object({
  token: z.object({
    id: z.number().int().min(0).max(0xffffffff),
    secret: z.string().regex(/^[A-Za-z0-9_-]{32}$/, 'expected 24 bytes in base64url'),
  }),
  /** The node's name as it would call itself; the token may name another one. */
  nodeName: nodeNameValue,
  /** SPKI of its Ed25519 key, PEM. */
  publicKey: z
    .string()
    .max(300)
    .regex(
      /^-----BEGIN PUBLIC KEY-----\n[A-Za-z0-9+/=\n]+-----END PUBLIC KEY-----\n?$/,
      'expected a public key in PEM',
    ),
  /** True: nothing is enrolled and the token stays unused; only the answer is wanted. */
  preview: z.boolean().default(false),
});
export type JoinRequest = z.input<typeof joinRequest>;

export const joinAnswer = z.object({
  /** null in a preview of a node that has not joined yet. */
  nodeId: z.uuid().nullable(),
  nodeName: nodeNameValue,
  pool: poolValue,
  /** `sync-uri` of the pool. */
  packagesUrl: z.url().max(2000),
  /** Armored public key of the pool's packages. */
  signingKey: textValue(200_000),
  /** A signed package outside of the index, below packagesUrl, for the proof at the end; null: none has been made yet. */
  probePath: z
    .string()
    .max(300)
    .regex(/^probe\/[\w.-]+$/)
    .nullable(),
});
export type JoinAnswer = z.infer<typeof joinAnswer>;

/** `POST /leave`: a node signs off, with its own key. */
export const leaveRequest = z.object({
  publicKey: publicKeyValue,
  sentAtMs: epochMsValue,
  /** Ed25519 over leaveText, base64url. */
  signature: z.string().regex(/^[A-Za-z0-9_-]{86}$/, 'expected 64 bytes in base64url'),
});
export type LeaveRequest = z.infer<typeof leaveRequest>;

/** What a node signs to leave: bound to its key and to a moment, and never mistaken for anything else that it signs. */
export function leaveText(publicKey: string, sentAtMs: number): string {
  return `binhost-agent leave\n${sentAtMs}\n${publicKey}`;
}
