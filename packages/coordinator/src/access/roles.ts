/** What a person may do, from least to most: look, move builds, and change who and what is let in. Each may do what those before it may. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Through which door somebody came. */
export type CallerKind = 'local-view' | 'local-admin' | 'token' | 'session' | 'node';

/** Who asks. */
export interface Caller {
  kind: CallerKind;
  /** Of the personal token; empty at doors that know no names. */
  name: string;
  /** Undefined: a node, which may use only routes made for nodes. */
  role: Role | undefined;
  /** Of the personal token. */
  tokenId?: number;
  /** Of the session that was opened with the token. */
  sessionId?: string;
}

export const LOCAL_VIEW: Caller = { kind: 'local-view', name: '', role: 'viewer' };
export const LOCAL_ADMIN: Caller = { kind: 'local-admin', name: '', role: 'admin' };
export const NODE: Caller = { kind: 'node', name: '', role: undefined };

export function hasRole(caller: Caller, least: Role): boolean {
  return caller.role !== undefined && ROLES.indexOf(caller.role) >= ROLES.indexOf(least);
}

/** As the audit log says it: `local-admin`, `token anna`. */
export function callerText({ kind, name }: Caller): string {
  return name === '' ? kind : `${kind} ${name}`;
}
