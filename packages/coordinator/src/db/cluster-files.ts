/** The text of a private cluster's files. Pure. */

/** Only the Unix socket, only the role `binhost`, and only system users that the map names. */
export const HBA_TEXT = `# Written at every start of the coordinator; changes are lost.
local all binhost peer map=binhost
`;

/** @param members system users that may be the role `binhost` */
export function identText(members: readonly string[]): string {
  const lines = members.map((name) => `binhost "${name.replaceAll('"', '""')}" binhost`);
  return `# Written at every start of the coordinator; changes are lost.\n${lines.join('\n')}\n`;
}

/**
 * Arguments of the server. They stand on the command line, so that a start never depends on what an older release left in
 * postgresql.conf.
 *
 * @param settings more settings, for tests
 */
export function serverArguments(
  directories: { data: string; socket: string; port: number },
  settings: Record<string, string> = {},
): string[] {
  const all: Record<string, string> = {
    listen_addresses: '',
    port: String(directories.port),
    unix_socket_directories: directories.socket,
    fsync: 'on',
    log_line_prefix: '%m [%p] ',
    logging_collector: 'off',
    ...settings,
  };
  return ['-D', directories.data, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

export interface PostmasterFile {
  pid: number;
  dataDirectory: string;
  socketDirectory: string;
}

/** Reads postmaster.pid, which a running or killed server leaves in its data directory; undefined: cut short. */
export function parsePostmasterFile(text: string): PostmasterFile | undefined {
  const [pid, dataDirectory, , , socketDirectory] = text.split('\n');
  if (!pid || !/^\d+$/.test(pid.trim()) || !dataDirectory || !socketDirectory) return undefined;
  return { pid: Number(pid), dataDirectory, socketDirectory };
}

/** A Unix socket's whole path must fit into sockaddr_un with its ending zero. */
const MAX_SOCKET_PATH_BYTES = 107;

/** Whether the socket and its lock file can be made in this directory. */
export function socketFits(directory: string, port: number): boolean {
  return Buffer.byteLength(`${directory}/.s.PGSQL.${port}`) <= MAX_SOCKET_PATH_BYTES;
}

/** `postgres (PostgreSQL) 18.4` → 18; undefined: no such line. */
export function parseServerMajor(text: string): number | undefined {
  const match = /\(PostgreSQL\) (\d+)/.exec(text);
  return match ? Number(match[1]) : undefined;
}
