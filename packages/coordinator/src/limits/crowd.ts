/**
 * Those that have come and not yet shown who they are: bounded in number. The newcomer is always let in; whom it presses out
 * is the oldest of the address that has the most of them. So a stranger who opens connections without end presses out his
 * own, and whoever says at once what he wants is never among the oldest.
 */
export interface Crowd<T> {
  /** @returns who must leave for it; undefined: there was room */
  add(member: T, address: string): T | undefined;
  /** It has shown who it is, or has gone. */
  delete(member: T): void;
  size(): number;
}

export function makeCrowd<T>(max: number): Crowd<T> {
  // in the order of their coming
  const members = new Map<T, string>();
  return {
    add: (member, address) => {
      members.set(member, address);
      if (members.size <= max) return undefined;
      const crowded = mostFrequent(members.values());
      for (const [oldest, from] of members) {
        if (from !== crowded || oldest === member) continue;
        members.delete(oldest);
        return oldest;
      }
      return undefined;
    },
    delete: (member) => {
      members.delete(member);
    },
    size: () => members.size,
  };
}

function mostFrequent(addresses: Iterable<string>): string | undefined {
  const counts = new Map<string, number>();
  for (const address of addresses) counts.set(address, (counts.get(address) ?? 0) + 1);
  let most: string | undefined;
  for (const [address, count] of counts) {
    if (most === undefined || count > (counts.get(most) ?? 0)) most = address;
  }
  return most;
}
