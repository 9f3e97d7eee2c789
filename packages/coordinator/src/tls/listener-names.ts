import { isIP } from 'node:net';
import { COORDINATOR_SERVER_NAME } from '@binhost/shared/trust';

/**
 * The names in the certificate of the control listener: the one that agents verify by, and those by which a person's browser
 * may come.
 *
 * @param hostName the machine's; left out where it cannot stand in a certificate
 * @param listenHost what control.listen names
 */
export function listenerNames({ hostName, listenHost }: { hostName: string; listenHost: string }): string[] {
  const given = [hostName, listenHost].map((name) => name.toLowerCase()).filter(isName);
  return [...new Set([COORDINATOR_SERVER_NAME, 'localhost', '127.0.0.1', '::1', ...given])];
}

/** One spelling for the same address: what OpenSSL writes out in full, we write short. */
export function certificateNames(subjectAltName: string | undefined): string[] {
  return (subjectAltName ?? '')
    .split(', ')
    .map((entry) => entry.replace(/^(?:DNS|IP Address):/, ''))
    .map((name) => (isIP(name) === 6 ? shortAddress(name) : name.toLowerCase()));
}

const ANY_ADDRESS = ['0.0.0.0', '::'];

function isName(name: string): boolean {
  if (isIP(name)) return !ANY_ADDRESS.includes(name);
  return /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/.test(name);
}

function shortAddress(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}
