import type { CoordinatorConfig } from './coordinator-config.ts';

/** `sync-uri` of a pool; null where packages.url is not set. */
export function packagesUrl({ packages }: Pick<CoordinatorConfig, 'packages'>, pool: string): string | null {
  return packages.url === '' ? null : `${packages.url.replace(/\/+$/, '')}/packages/${pool}`;
}
