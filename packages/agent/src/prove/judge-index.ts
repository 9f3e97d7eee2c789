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

/**
 * @param published what the coordinator had said when the look began
 * @returns undefined where they agree, and where the cached one is newer than what we were told: a publish for other nodes
 */
export function judgeIndex(cached: CachedIndex, published: IndexFacts): Situation | undefined {
  if (cached.timestamp > published.timestamp) return undefined;
  if (cached.timestamp === published.timestamp && cached.sha256 === published.sha256) return undefined;
  const why =
    cached.timestamp < published.timestamp
      ? `it is older: TIMESTAMP ${cached.timestamp}, published is ${published.timestamp}`
      : `its SHA-256 is ${cached.sha256}, published is ${published.sha256}`;
  return { code: 'index-mismatch', detail: `${cached.path}: ${why}.` };
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
