import { chmod, chown, mkdir, mkdtemp, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import type { Server as TlsServer } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import { addressText, type ListenAddress } from '../config/listen-address.ts';
import { coordinatorError } from '../coordinator-errors.ts';
import type { ServerTls } from './create-server.ts';

/** Binds an HTTP server to a TCP address. @returns the address with its real port @throws LISTEN_FAILED */
export async function listenOnAddress(app: FastifyInstance, address: ListenAddress): Promise<ListenAddress> {
  try {
    await app.listen({ host: address.host, port: address.port });
  } catch (cause) {
    throw coordinatorError(
      'LISTEN_FAILED',
      `expected to listen on ${addressText(address)}: ${(cause as Error).message}`,
      {
        hint: 'Another program may have the port; see packages.listen and control.listen.',
        cause,
      },
    );
  }
  const bound = app.server.address();
  return { host: address.host, port: typeof bound === 'object' && bound ? bound.port : address.port };
}

/** Serves new connections of a TLS server with another certificate; those that are open go on. */
export function renewContext(app: FastifyInstance, tls: ServerTls): void {
  (app.server as unknown as TlsServer).setSecureContext(tls);
}

export interface SocketRights {
  /** Only the owner (0600), or also the group of this name (0660) where it exists and may be given. */
  group?: string;
}

/** A longer path does not fit a Unix socket's address on Linux. */
const MAX_SOCKET_PATH = 107;

/**
 * Binds an HTTP server to a Unix socket. The socket is made in a directory of its own and moved to its place when its
 * rights are right, so that nobody can connect before; a dead one in its place is replaced, a living one never.
 *
 * @returns removes the socket again
 * @throws LISTEN_FAILED
 */
export async function listenOnSocket(
  app: FastifyInstance,
  path: string,
  rights: SocketRights = {},
): Promise<() => Promise<void>> {
  if (Buffer.byteLength(path) + '.new-XXXXXX/s'.length > MAX_SOCKET_PATH) {
    throw coordinatorError('LISTEN_FAILED', `expected a shorter path of a Unix socket, got '${path}'`, {
      hint: 'Set paths.run to a shorter directory.',
    });
  }
  try {
    await mkdir(dirname(path), { recursive: true });
    if (await isAnswering(path)) throw new Error('another coordinator answers there');
    const workshop = await mkdtemp(`${path}.new-`);
    const made = join(workshop, 's');
    await app.listen({ path: made });
    await setRights(made, rights);
    await rename(made, path);
    await rmdir(workshop);
  } catch (cause) {
    throw coordinatorError('LISTEN_FAILED', `expected to listen on ${path}: ${(cause as Error).message}`, {
      hint: 'Is another coordinator running with the same paths.run?',
      cause,
    });
  }
  const { ino } = await stat(path);
  return () => removeOwn(path, ino);
}

async function setRights(path: string, { group }: SocketRights): Promise<void> {
  const gid = group === undefined ? undefined : await groupId(group);
  await chmod(path, 0o600);
  if (gid === undefined) return;
  try {
    await chown(path, -1, gid);
    await chmod(path, 0o660);
  } catch {
    // Not a member of the group: the socket stays the owner's.
  }
}

/** @returns undefined where the machine has no such group */
async function groupId(name: string): Promise<number | undefined> {
  const text = await readFile('/etc/group', 'utf8').catch(() => '');
  const line = text.split('\n').find((row) => row.startsWith(`${name}:`));
  const gid = Number(line?.split(':')[2]);
  return Number.isInteger(gid) ? gid : undefined;
}

function isAnswering(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** Removes the socket unless another process has put its own there. */
async function removeOwn(path: string, ino: number): Promise<void> {
  const now = await stat(path).catch(() => undefined);
  if (now?.ino === ino) await rm(path, { force: true });
}
