import postgres from 'postgres';

export type RawClient = postgres.Sql;

/**
 * A postgres.js client for a database URL. Beside the usual forms it takes a Unix socket's directory as `?host=/dir&port=N`,
 * as libpq does. Nothing connects before the first query.
 *
 * A client that is given to drizzle must not be used for raw queries afterwards: drizzle changes its parsers.
 */
export function makeClient(url: string, options: postgres.Options<Record<string, never>> = {}): RawClient {
  const shared: postgres.Options<Record<string, never>> = {
    connection: { application_name: 'binhost-coordinator' },
    onnotice: () => {},
    connect_timeout: 10,
    ...options,
  };
  const socket = socketOptions(url);
  return socket ? postgres({ ...shared, ...socket }) : postgres(url, shared);
}

/** The URL by which a private cluster is named inside our processes. */
export function socketUrl(socketDirectory: string, database: string): string {
  return `postgres://${CLUSTER_ROLE}@localhost/${database}?host=${encodeURIComponent(socketDirectory)}&port=${CLUSTER_PORT}`;
}

/** The one role of a private cluster; pg_ident.conf says which system users may be it. */
export const CLUSTER_ROLE = 'binhost';
/** Names the socket file only; a private cluster listens on no network address. */
export const CLUSTER_PORT = 5432;

/** The same server, another database. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

function socketOptions(url: string): postgres.Options<Record<string, never>> | undefined {
  if (!URL.canParse(url)) return undefined;
  const { searchParams, pathname, username, password, port } = new URL(url);
  const host = searchParams.get('host');
  if (!host?.startsWith('/')) return undefined;
  return {
    host,
    port: Number(searchParams.get('port') ?? (port || CLUSTER_PORT)),
    database: decodeURIComponent(pathname.slice(1)),
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
  };
}
