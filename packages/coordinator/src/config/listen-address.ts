import { isIP } from 'node:net';
import { coordinatorError } from '../coordinator-errors.ts';

export interface ListenAddress {
  /** Address or name without brackets. */
  host: string;
  /** 0: any free port. */
  port: number;
}

/**
 * Reads `127.0.0.1:8443`, `[::1]:8443`, `localhost:8443` or `:8443` (all addresses).
 *
 * @param key the configuration key, for the message
 * @throws LISTEN_ADDRESS naming the key and what was found
 */
export function parseListenAddress(text: string, key: string): ListenAddress {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]\s]*)):(\d{1,5})$/.exec(text.trim());
  const host = match?.[1] ?? match?.[2] ?? '';
  const port = Number(match?.[3]);
  if (match && port <= 65_535 && (match[1] === undefined || isIP(host) === 6)) return { host: host || '0.0.0.0', port };
  throw coordinatorError('LISTEN_ADDRESS', `${key}: expected ADDRESS:PORT, got '${text}'`, {
    hint: `Write for example ${key} = "127.0.0.1:8443", or "[::1]:8443".`,
  });
}

/** True where only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith('127.');
  return host === '::1' || host === 'localhost';
}

/** The address as part of a URL: IPv6 in brackets. */
export function addressText({ host, port }: ListenAddress): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}
