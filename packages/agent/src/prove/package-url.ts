import { posix } from 'node:path';
import type { BinaryRepository } from '../collect/binrepos.ts';
import { entriesOfPool } from './judge-index.ts';

/**
 * Where this node's Portage would fetch a published package: below its own entry for the pool, else below the pool's address.
 *
 * @param path below the pool's URL; it came over the network
 * @returns undefined where no address is known, or it is none of HTTP, or the path leads out of it
 */
export function packageUrl(
  path: string,
  { packagesUrl, repositories }: { packagesUrl: string | null; repositories: readonly BinaryRepository[] },
): URL | undefined {
  const inside = posix.normalize(path);
  if (packagesUrl === null || inside.startsWith('/') || inside.startsWith('..')) return undefined;
  const base = entriesOfPool(repositories, packagesUrl)[0]?.syncUri ?? packagesUrl;
  const text = `${base.replace(/\/+$/, '')}/${inside.split('/').map(encodeURIComponent).join('/')}`;
  return /^https?:/.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}
