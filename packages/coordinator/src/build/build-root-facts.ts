import { join } from 'node:path';
import { parseCpv } from '@binhost/shared/portage';
import { parseSlotFile } from './binding-plan.ts';
import { installedCpvs, packageDatabase } from './installed-packages.ts';
import { readPlainFile } from './read-untrusted.ts';

/**
 * What the publisher must know of a build root to tell which libraries a package found by itself. It goes with the hand-over as
 * `build-root.json`; publish/read-build-root.ts reads it.
 */
export interface BuildRootFacts {
  format: 1;
  packages: {
    cpv: string;
    /** category/name */
    cp: string;
    slot: string;
    subslot: string;
    repository: string;
    /** Enabled flags. */
    use: string[];
    /** `x86_64: libfoo.so.1 …`; empty: none. */
    provides: string;
    /** RDEPEND, PDEPEND and IDEPEND as one text. */
    dependencies: string;
    /** Whether the profile's @system names it. */
    isSystem: boolean;
  }[];
}

export const BUILD_ROOT_FILE = 'build-root.json';

/** @param system category/name of what the profile's @system names */
export async function buildRootFacts(root: string, system: ReadonlySet<string>): Promise<BuildRootFacts> {
  const packages: BuildRootFacts['packages'] = [];
  const database = await packageDatabase(root);
  for (const cpv of await installedCpvs(root)) {
    const value = (name: string): Promise<string> => readValue(join(database, cpv, name));
    const dependencies = await Promise.all(['RDEPEND', 'PDEPEND', 'IDEPEND'].map(value));
    packages.push({
      cpv,
      cp: parseCpv(cpv)?.cp ?? cpv,
      ...parseSlotFile(await value('SLOT')),
      repository: await value('repository'),
      use: (await value('USE')).split(' ').filter(Boolean),
      provides: await value('PROVIDES'),
      dependencies: dependencies.filter(Boolean).join(' '),
      isSystem: system.has(parseCpv(cpv)?.cp ?? cpv),
    });
  }
  return { format: 1, packages };
}

async function readValue(file: string): Promise<string> {
  return ((await readPlainFile(file)) ?? '').trim().replace(/\s+/g, ' ');
}
