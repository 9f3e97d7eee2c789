import { compareVersions, parseCpv } from '@binhost/shared/portage';
import type { Toolchain } from '../tree/toolchain.ts';
import type { Judgement } from './report-row.ts';

/**
 * A binary may need symbols of the libraries that stood in its build root: those of a C library or compiler newer than the
 * node's are missing there. Revisions and patch levels of one release have the same symbols.
 *
 * @param pool what the pool's system has
 * @param node what the node will have
 * @returns undefined where the pool's is not newer, or either is unknown
 */
export function libcObstacle(cpv: string, pool: Toolchain, node: Toolchain): Judgement | undefined {
  const cp = parseCpv(cpv)?.cp;
  for (const key of ['libc', 'gcc'] as const) {
    const [here, there] = [pool[key], node[key]];
    if (here === null || there === null || parseCpv(here)?.cp === cp) continue;
    if (!isNewer(here, there)) continue;
    const text = `the pool builds with ${here}, newer than the node's ${there}: the binary might not run there; update it on the node first, or give the pool an older root`;
    return { event: 'obstacle', code: 'libc-newer', text };
  }
  return undefined;
}

function isNewer(here: string, there: string): boolean {
  const [a, b] = [parseCpv(here), parseCpv(there)];
  return (
    a !== undefined && b !== undefined && a.cp === b.cp && compareVersions(release(a.version), release(b.version)) > 0
  );
}

function release(version: string): string {
  return version.replace(/-r\d+$/, '').replace(/_p\d*$/, '');
}
