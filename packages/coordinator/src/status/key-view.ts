import type { PoolKeyFacts } from '../publish/pool-key.ts';
import type { KeyView } from './view-types.ts';

/** Pure. @param facts undefined: the pool has no publisher yet */
export function keyViews(pool: string, facts: PoolKeyFacts | undefined): KeyView[] {
  if (!facts) return [];
  const currentAt = facts.keys.findIndex(({ fingerprint }) => fingerprint === facts.current);
  return facts.keys.map((key, index) => ({
    pool,
    ...key,
    use: index === currentAt ? 'signs' : index > currentAt ? 'signs-next' : 'signed-before',
  }));
}
