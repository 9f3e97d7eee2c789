import { isIPv6 } from 'node:net';

/**
 * What counts as one address in a limit: an IPv4 address (also one written as IPv6), or the first 64 bits of an IPv6 one,
 * since whoever has one of those has all 2^64 behind it.
 *
 * @param address `socket.remoteAddress`; undefined: a Unix socket, or a connection that is gone
 */
export function addressKey(address: string | undefined): string {
  if (address === undefined) return 'local';
  const plain = address.split('%')[0] ?? '';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1];
  if (mapped !== undefined) return mapped;
  return isIPv6(plain) ? `${firstGroups(plain).join(':')}::/64` : plain;
}

/** The first four groups of an IPv6 address, without leading zeros. */
function firstGroups(address: string): string[] {
  const [before = '', after] = address.split('::');
  const head = before === '' ? [] : before.split(':');
  const tail = after === undefined || after === '' ? [] : after.split(':');
  const missing = after === undefined ? 0 : 8 - head.length - tail.length;
  const groups = [...head, ...Array.from({ length: Math.max(0, missing) }, () => '0'), ...tail];
  return groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
}
