import type { CoordinatorConfig } from '../config/coordinator-config.ts';

/** The directory that is `/` for a pool's system; the binhost's own, which `portage.root` may place elsewhere, unless told. */
export function poolRoot({ pools, portage }: Pick<CoordinatorConfig, 'pools' | 'portage'>, pool: string): string {
  const root = pools[pool]?.root ?? '/';
  return root === '/' ? portage.root : root;
}
