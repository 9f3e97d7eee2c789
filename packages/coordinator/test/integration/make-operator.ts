import type { Role } from '../../src/access/roles.ts';
import { type Ask, askHttp, bearer } from './ask-http.ts';
import type { TestCoordinator } from './start-coordinator.ts';

/** Makes a personal token over admin.sock. @returns the token */
export async function makeOperator(coordinator: TestCoordinator, name: string, role: Role): Promise<string> {
  const { status, body } = await askHttp(`${coordinator.config.paths.run}/admin.sock`, {
    path: '/api/operator-tokens',
    body: { name, role },
  });
  if (status !== 200) throw new Error(`expected a personal token of ${name}: ${body.error.message}`);
  return body.token;
}

/** What a browser keeps of a login. */
export interface TestSession {
  /** `binhost-session=…` */
  cookie: string;
  csrfToken: string;
}

export async function logIn(
  coordinator: TestCoordinator,
  token: string,
  headers: Record<string, string> = {},
): Promise<TestSession> {
  const answer = await askHttp(coordinator.control, { path: '/api/login', body: { token }, headers });
  return { cookie: cookieOf(answer.headers) ?? '', csrfToken: answer.body.csrfToken ?? '' };
}

/** The cookie that an answer sets, without its attributes. */
export function cookieOf(headers: { 'set-cookie'?: string[] | undefined }): string | undefined {
  return headers['set-cookie']?.[0]?.split(';')[0];
}

/** One request with a session's cookie, with or without its CSRF token. */
export function askAs(coordinator: TestCoordinator, { cookie, csrfToken }: Partial<TestSession>, ask: Ask) {
  const headers = { ...(cookie && { Cookie: cookie }), ...(csrfToken && { 'X-CSRF-Token': csrfToken }) };
  return askHttp(coordinator.control, { ...ask, headers: { ...headers, ...ask.headers } });
}

export function askWith(coordinator: TestCoordinator, token: string, ask: Ask) {
  return askHttp(coordinator.control, { ...ask, headers: { ...bearer(token), ...ask.headers } });
}
