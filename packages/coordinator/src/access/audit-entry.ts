import { type Caller, callerText } from './roles.ts';
import type { RouteRule } from './route-rules.ts';

/**
 * Kinds of rows, each with its own bound: what was done; logins and joins; refusals. So nobody can push what was done out of
 * the log by being refused often.
 */
export const AUDIT_KINDS = ['deed', 'access', 'refused'] as const;
export type AuditKind = (typeof AUDIT_KINDS)[number];

export interface AuditEntry {
  kind: AuditKind;
  /** `local-admin`, `token anna`, `nobody`. */
  who: string;
  /** Where from: an IP address, or `local`. */
  address: string;
  deed: string;
  /** What it was done to: `id=12 reason="later"`. */
  about: string;
  /** `done`, or the code of the refusal. */
  result: string;
}

/** One request, after it was decided. */
export interface AuditedRequest {
  /** Undefined: nobody that we know. */
  caller: Caller | undefined;
  rule: RouteRule | undefined;
  /** `GET /api/audit`: shown where the rule names no deed. */
  route: string;
  address: string;
  /** Path parameters and body. */
  values: Record<string, unknown>;
  status: number;
  /** Of the error that was answered. */
  code: string | undefined;
}

/** @returns undefined for what is not kept: reading that was allowed, and requests of nobody that we know, but logins */
export function auditEntry(request: AuditedRequest): AuditEntry | undefined {
  const { caller, rule, status } = request;
  const isLogin = rule?.least === 'anybody' && rule.deed !== undefined;
  const isRefused = status === 401 || status === 403 || status === 429;
  if (!caller && !isLogin) return undefined;
  if (rule?.deed === undefined && !isRefused) return undefined;
  return {
    kind: kindOf(isRefused, rule),
    who: caller ? callerText(caller) : 'nobody',
    address: request.address,
    deed: rule?.deed ?? request.route,
    about: aboutText(rule?.about ?? [], request.values),
    result: status < 400 ? 'done' : (request.code ?? `status ${status}`),
  };
}

function kindOf(isRefused: boolean, rule: RouteRule | undefined): AuditKind {
  if (isRefused) return 'refused';
  return rule?.least === 'anybody' || rule?.least === 'viewer' ? 'access' : 'deed';
}

/** Longest value that is kept, characters. */
const MAX_VALUE = 300;

/** Values as JSON: a line break or an escape sequence in one of them can't look like another row. Pure. */
function aboutText(names: readonly string[], values: Record<string, unknown>): string {
  return names
    .filter((name) => values[name] !== undefined && values[name] !== null)
    .map((name) => `${name}=${escaped(values[name])}`)
    .join(' ');
}

function escaped(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  return text.slice(0, MAX_VALUE).replace(/\p{C}|[\u2028\u2029]/gu, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  });
}
