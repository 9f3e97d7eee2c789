import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EbuildOf } from '../scenarios/fleet.ts';
import type { PortageHost } from './run-on-host.ts';

/** Writes packages into a host's package database as installed, enabled flags as by default, without any file of theirs. */
export async function listInstalled({ root }: PortageHost, ebuilds: EbuildOf[], cpvs: string[]): Promise<void> {
  const known = new Map(ebuilds.map((ebuild) => [ebuild.cpv, ebuild]));
  for (const cpv of cpvs) {
    const ebuild = known.get(cpv);
    if (!ebuild) throw new Error(`expected an ebuild of ${cpv} in 'main', since it is listed as installed`);
    await writeEntry(join(root, 'var/db/pkg', cpv), ebuild);
  }
}

async function writeEntry(directory: string, { cpv, slot, iuse = '', rdepend, keywords }: EbuildOf): Promise<void> {
  const [category = '', pf = ''] = cpv.split('/');
  const on = iuse.split(' ').filter((flag) => flag.startsWith('+'));
  const values: Record<string, string> = {
    BUILD_TIME: '1700000000',
    CATEGORY: category,
    COUNTER: '1',
    DEFINED_PHASES: 'compile install unpack',
    EAPI: '8',
    IUSE: iuse,
    KEYWORDS: keywords ?? 'amd64',
    LICENSE: 'GPL-2',
    PF: pf,
    SLOT: slot ?? '0',
    USE: ['amd64', ...on.map((flag) => flag.slice(1))].join(' '),
    repository: 'main',
    RDEPEND: rdepend ?? '',
  };
  await mkdir(directory, { recursive: true });
  for (const [name, value] of Object.entries(values)) {
    if (value !== '') await writeFile(join(directory, name), `${value}\n`);
  }
  await writeFile(join(directory, 'CONTENTS'), '');
  await writeFile(join(directory, `${pf}.ebuild`), `EAPI=8\nSLOT="${slot ?? '0'}"\n`);
}
