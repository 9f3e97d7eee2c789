/**
 * Whether the index that the node's own Portage has cached is the one that the coordinator published (DESIGN 10: what comes
 * over plain HTTP is no root of trust). Pure; check-client.ts reads the file.
 */
import { formatPackagesIndex, parsePackagesIndex } from '@binhost/shared/portage';
import type { IndexFacts } from '@binhost/shared/protocol';
import type { BinaryRepository } from '../collect/binrepos.ts';
import type { Situation } from '../situations.ts';

/** Portage rewrites what it fetched: it adds when it did so, and its own order. */
const ADDED_BY_PORTAGE = 'DOWNLOAD_TIMESTAMP';

/** @returns TIMESTAMP of the header (0: none), and the text whose SHA-256 the coordinator names */
export function publishedForm(cached: string): { timestamp: number; text: string } {
  const { header, entries } = parsePackagesIndex(cached);
  const { [ADDED_BY_PORTAGE]: _added, ...published } = header;
  return {
    timestamp: Number(header['TIMESTAMP'] ?? 0) || 0,
    text: formatPackagesIndex({ header: published, entries }),
  };
}

export interface CachedIndex {
  path: string;
  timestamp: number;
  /** SHA-256 of its published form, hexadecimal. */
  sha256: string;
}

/** What the coordinator says of the pool's index. */
export interface ToldIndex {
  /** When the look began: what was published while it ran, it need not have seen. */
  atBegin: IndexFacts;
  /** Now; null: the link is down, so that a newer one may be there without our knowing. */
  now: IndexFacts | null;
}

/** @returns undefined where the cached index is one that the coordinator published, and not an outdated one */
export function judgeIndex(cached: CachedIndex, { atBegin, now }: ToldIndex): Situation | undefined {
  const differs = (from: IndexFacts): string | undefined =>
    cached.timestamp === from.timestamp && cached.sha256 !== from.sha256
      ? `its SHA-256 is ${cached.sha256}, published is ${from.sha256}`
      : undefined;
  const older =
    cached.timestamp < atBegin.timestamp
      ? `it is older: TIMESTAMP ${cached.timestamp}, published is ${atBegin.timestamp}`
      : undefined;
  const newer =
    now !== null && cached.timestamp > now.timestamp
      ? `it claims to be newer than what was published: TIMESTAMP ${cached.timestamp}, published is ${now.timestamp}`
      : undefined;
  const why = older ?? newer ?? differs(atBegin) ?? (now === null ? undefined : differs(now));
  return why === undefined ? undefined : { code: 'index-mismatch', detail: `${cached.path}: ${why}.` };
}

/** @returns the entries of binrepos.conf that lead to the pool; the same path counts, since a host has many names */
export function entriesOfPool(repositories: readonly BinaryRepository[], packagesUrl: string): BinaryRepository[] {
  const path = pathOf(packagesUrl);
  return repositories.filter(({ syncUri }) => pathOf(syncUri) === path);
}

/** Below `var/cache/edb/binhost`: Portage names the cache by host and path, without the port. */
export function cachePath(syncUri: string): string | undefined {
  if (!URL.canParse(syncUri)) return undefined;
  const { hostname, pathname } = new URL(syncUri);
  const path = decodeURIComponent(pathname).replace(/^\/+|\/+$/g, '');
  return path.split('/').includes('..') ? undefined : `${hostname}/${path}/Packages`;
}

function pathOf(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).pathname.replace(/\/+$/, '') : uri;
}
