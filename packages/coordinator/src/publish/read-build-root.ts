import { join } from 'node:path';
import type { RootPackage } from './automagic.ts';
import { readUntrustedText } from './open-untrusted.ts';

/**
 * Reads what the builder wrote down of the build root: `build-root.json` in the hand-over directory,
 * `{"format":1,"packages":[{"cpv","use","provides","dependencies","isSystem"}, …]}`.
 *
 * @returns undefined where there is none: then nothing can be said about automagic libraries
 */
export async function readBuildRoot(staging: string): Promise<RootPackage[] | undefined> {
  const text = await readUntrustedText(join(staging, BUILD_ROOT_FILE), MAX_BYTES).catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const { format, packages } = JSON.parse(text) as { format?: unknown; packages?: unknown };
    return format === 1 && Array.isArray(packages) && packages.every(isRootPackage) ? packages : undefined;
  } catch {
    return undefined;
  }
}

export const BUILD_ROOT_FILE = 'build-root.json';
/** A root of 2,000 packages takes 2 MiB. */
const MAX_BYTES = 64 * 1024 * 1024;

function isRootPackage(value: unknown): value is RootPackage {
  if (typeof value !== 'object' || value === null) return false;
  const { cpv, use, provides, dependencies, isSystem } = value as Record<string, unknown>;
  const areTexts = [cpv, provides, dependencies].every((text) => typeof text === 'string');
  return (
    areTexts && typeof isSystem === 'boolean' && Array.isArray(use) && use.every((flag) => typeof flag === 'string')
  );
}
