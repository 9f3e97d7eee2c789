import type { OperatorTokenView } from '../access/operator-token-store.ts';
import type { CreatedToken } from '../access/operators.ts';
import type { Role } from '../access/roles.ts';
import { coordinatorError } from '../coordinator-errors.ts';
import type { ApiClient } from './api-client.ts';
import { ago, type Paint, plain, table } from './print.ts';

/** Personal tokens, by which people ask a coordinator from another machine. Called by `token`. */
export interface PersonalTokenRequest {
  name: string | undefined;
  role: Role;
  /** Milliseconds; undefined: until it is revoked. */
  ttl: number | undefined;
}

/** @throws WRONG_USE without a name, and what the coordinator refuses */
export async function createPersonalToken(client: ApiClient, request: PersonalTokenRequest): Promise<CreatedToken> {
  const { name, role, ttl } = request;
  if (name !== undefined) {
    return client.post<CreatedToken>('/api/operator-tokens', { name, role, ...(ttl !== undefined && { ttlMs: ttl }) });
  }
  throw coordinatorError('WRONG_USE', 'expected --name with --role: whose token it is', {
    hint: 'For example binhost-coordinator token create --role viewer --name anna',
  });
}

export function loadPersonalTokens(client: ApiClient): Promise<OperatorTokenView[]> {
  return client.get<OperatorTokenView[]>('/api/operator-tokens');
}

export function revokePersonalToken(client: ApiClient, name: string): Promise<OperatorTokenView> {
  return client.post<OperatorTokenView>(`/api/operator-tokens/${encodeURIComponent(name)}/revoke`, {});
}

export function setPersonalRole(client: ApiClient, name: string, role: Role): Promise<OperatorTokenView> {
  return client.post<OperatorTokenView>(`/api/operator-tokens/${encodeURIComponent(name)}/role`, { role });
}

/** What stands on stderr beside the token: the token alone can be piped into a file. */
export function personalNotes({ view: { name, role, expiresAtMs } }: CreatedToken, nowMs: number): string {
  const until = expiresAtMs === null ? 'until it is revoked' : `until ${timeText(expiresAtMs)}`;
  return [
    `This token of ${name} is shown once. It has the role ${role} ${until} (now ${timeText(nowMs)}).`,
    'On the other machine: into a file of mode 0600, named by client.tokenFile.',
    `binhost-coordinator token revoke ${name} takes it back.`,
  ]
    .map((line) => `# ${line}\n`)
    .join('');
}

export function personalTokensText(tokens: OperatorTokenView[], nowMs: number, paint: Paint): string {
  if (tokens.length === 0)
    return 'No personal tokens; binhost-coordinator token create --role ROLE --name WHO makes one.\n';
  const rows = tokens.map((token) => [
    plain(token.name),
    token.role,
    stateOf(token, nowMs) === 'open' ? paint.good('open') : stateOf(token, nowMs),
    `${ago(token.createdAtMs, nowMs)} by ${plain(token.createdBy)}`,
    token.lastUsedAtMs === null ? 'never' : ago(token.lastUsedAtMs, nowMs),
    token.expiresAtMs === null ? '-' : timeText(token.expiresAtMs),
  ]);
  return table(['PERSON', 'ROLE', 'STATE', 'MADE', 'LAST USED', 'EXPIRES'], rows, paint);
}

function stateOf({ revokedAtMs, expiresAtMs }: OperatorTokenView, nowMs: number): string {
  if (revokedAtMs !== null) return 'revoked';
  return expiresAtMs !== null && expiresAtMs <= nowMs ? 'expired' : 'open';
}

function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
