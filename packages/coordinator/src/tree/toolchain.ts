import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { compareVersions, parseCpv } from '@binhost/shared/portage';

/** The C library and compiler of a system, each as the highest installed cpv; null: there is none, or it can't be told. */
export interface Toolchain {
  libc: string | null;
  gcc: string | null;
}

/** @param root the pool's system */
export async function readToolchain(root: string): Promise<Toolchain> {
  const installed = await Promise.all(
    ['sys-libs', 'sys-devel'].map(async (category) =>
      (await readdir(join(root, 'var/db/pkg', category)).catch(() => [])).map((name) => `${category}/${name}`),
    ),
  );
  return toolchainOf(installed.flat());
}

/** @param cpvs what is installed, in any order; what is no cpv is passed over */
export function toolchainOf(cpvs: readonly string[]): Toolchain {
  return { libc: highest(cpvs, ['sys-libs/glibc', 'sys-libs/musl']), gcc: highest(cpvs, ['sys-devel/gcc']) };
}

function highest(cpvs: readonly string[], names: readonly string[]): string | null {
  let found: { cpv: string; version: string } | undefined;
  for (const cpv of cpvs) {
    const parts = parseCpv(cpv);
    if (!parts || !names.includes(parts.cp)) continue;
    if (!found || compareVersions(parts.version, found.version) > 0) found = { cpv, version: parts.version };
  }
  return found?.cpv ?? null;
}
