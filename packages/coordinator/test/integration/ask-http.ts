import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';

export interface Answer<T> {
  status: number;
  headers: IncomingHttpHeaders;
  body: T;
}

/** Fields of the answers that tests look at; each answer has some of them. */
export interface AnyBody {
  error: { code: string; message: string; hint: string };
  token: string;
  view: { id: number };
  csrfToken: string | null;
}

export interface Ask {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: object;
}

/** One request. @param where `127.0.0.1:PORT`, or the path of a Unix socket */
export async function askHttp<T = AnyBody>(where: string, ask: Ask): Promise<Answer<T>> {
  const response = await openHttp(where, ask);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const isJson = response.headers['content-type']?.startsWith('application/json') === true;
  const body = (isJson ? JSON.parse(text) : text) as T;
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}

/** The same, for answers that go on. */
export function openHttp(where: string, { method, path, headers = {}, body }: Ask): Promise<IncomingMessage> {
  const [host, port] = where.split(':');
  const target = where.startsWith('/') ? { socketPath: where } : { host, port };
  return new Promise((resolve, reject) => {
    const type: Record<string, string> = body ? { 'Content-Type': 'application/json' } : {};
    const options = { ...target, path, method: method ?? (body ? 'POST' : 'GET'), headers: { ...type, ...headers } };
    const call = request({ ...options, agent: false }, resolve);
    call.once('error', reject);
    call.end(body && JSON.stringify(body));
  });
}

export function bearer(token: string): Record<string, string> {
  return { Authorization: `Bearer ${token}` };
}
