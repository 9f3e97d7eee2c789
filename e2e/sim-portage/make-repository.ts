import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseCpv } from '@binhost/shared/portage';
import type { EbuildDescription, RepositoryDescription } from './host-description.ts';

/**
 * Writes an ebuild repository below a host directory: profile, ebuilds, md5-cache, and how each package behaves.
 *
 * @param master the main repository's name; empty: this is it
 */
export async function writeRepository(host: string, repository: RepositoryDescription, master = ''): Promise<void> {
  const root = join(host, 'var/db/repos', repository.name);
  const categories = [...new Set(repository.ebuilds.map(({ cpv }) => cpv.split('/')[0] ?? ''))].sort();
  await write(join(root, 'profiles/repo_name'), `${repository.name}\n`);
  await write(join(root, 'profiles/categories'), categories.map((each) => `${each}\n`).join(''));
  await write(join(root, 'profiles/arch.list'), 'amd64\n');
  await write(join(root, 'profiles/profiles.desc'), 'amd64 default stable\n');
  await write(join(root, 'profiles/default/eapi'), '8\n');
  await write(join(root, 'profiles/default/make.defaults'), MAKE_DEFAULTS);
  await write(
    join(root, 'metadata/layout.conf'),
    `masters = ${master}\nthin-manifests = true\nsign-manifests = false\ncache-formats = md5-dict\n`,
  );
  await write(join(root, 'metadata/timestamp.chk'), 'Sun, 01 Nov 2026 00:00:00 +0000\n');
  for (const ebuild of repository.ebuilds) await writeEbuild(host, root, ebuild);
}

/** A sync in small: the repository of a host that is there gains these ebuilds, and its timestamp moves. */
export async function addEbuilds(host: string, repository: string, ebuilds: EbuildDescription[]): Promise<void> {
  const root = join(host, 'var/db/repos', repository);
  for (const ebuild of ebuilds) await writeEbuild(host, root, ebuild);
  await write(join(root, 'metadata/timestamp.chk'), `${new Date().toUTCString()}\n`);
}

/** What failed on the host with this package works from now on; its ebuild stays as it is. */
export async function mendFault(host: string, cpv: string): Promise<void> {
  const file = join(host, 'sim', `${cpv}.json`);
  const { fault: _mended, ...behaviour } = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  await write(file, `${JSON.stringify(behaviour)}\n`);
}

const MAKE_DEFAULTS = `ARCH="amd64"
ACCEPT_KEYWORDS="amd64"
CHOST="x86_64-pc-linux-gnu"
USERLAND="GNU"
KERNEL="linux"
ELIBC="glibc"
USE_EXPAND="ABI_X86 CPU_FLAGS_X86 PYTHON_TARGETS"
USE_EXPAND_HIDDEN="ABI_X86"
USE_EXPAND_IMPLICIT="ARCH ELIBC KERNEL"
IUSE_IMPLICIT="prefix prefix-guest"
USE_EXPAND_VALUES_ARCH="amd64"
USE_EXPAND_VALUES_ELIBC="glibc"
USE_EXPAND_VALUES_KERNEL="linux"
PYTHON_TARGETS="python3_11"
ABI_X86="64"
`;

async function writeEbuild(host: string, root: string, ebuild: EbuildDescription): Promise<void> {
  const cpv = parseCpv(ebuild.cpv);
  if (!cpv) throw new Error(`expected category/name-version, got '${ebuild.cpv}'`);
  const [category = '', pf = ''] = ebuild.cpv.split('/');
  const text = ebuildText(ebuild);
  const folder = join(root, cpv.cp);
  await write(join(folder, `${pf}.ebuild`), text);
  await write(join(folder, 'Manifest'), '');
  await write(join(root, 'metadata/md5-cache', category, pf), cacheText(ebuild, text));
  const { seconds, fault, faultText, libraries, finds, downloadKiB } = ebuild;
  await write(
    join(host, 'sim', `${ebuild.cpv}.json`),
    `${JSON.stringify({ seconds, fault, faultText, libraries, finds, downloadKiB })}\n`,
  );
}

/** The variables of an ebuild, as its md5-cache entry and its text name them. */
function variables(ebuild: EbuildDescription): [string, string][] {
  const name = ebuild.cpv.split('/')[1] ?? '';
  return [
    ['DESCRIPTION', `${name}, simulated`],
    ['SLOT', ebuild.slot ?? '0'],
    ['KEYWORDS', ebuild.keywords ?? 'amd64'],
    ['LICENSE', ebuild.license ?? 'GPL-2'],
    ['IUSE', ebuild.iuse ?? ''],
    ['DEPEND', ebuild.depend ?? ''],
    ['BDEPEND', ebuild.bdepend ?? ''],
    ['RDEPEND', ebuild.rdepend ?? ''],
    ['PDEPEND', ebuild.pdepend ?? ''],
    ['RESTRICT', ebuild.restrict ?? ''],
    ['PROPERTIES', ebuild.properties ?? ''],
  ];
}

function cacheText(ebuild: EbuildDescription, text: string): string {
  const lines = variables(ebuild).filter(([, value]) => value !== '');
  const md5 = createHash('md5').update(text).digest('hex');
  const all = [...lines, ['DEFINED_PHASES', 'compile install unpack'], ['EAPI', '8'], ['_md5_', md5]];
  return all.map(([name, value]) => `${name}=${value}\n`).join('');
}

/** A real ebuild, so that the real Portage can work on the same directory. */
function ebuildText(ebuild: EbuildDescription): string {
  const { name } = parseCpv(ebuild.cpv) ?? { name: '' };
  const lines = variables(ebuild).map(([key, value]) => `${key}="${value}"`);
  const compile = [`sleep ${ebuild.seconds ?? 0}`];
  if (ebuild.fault === 'compile') compile.push(`die "${ebuild.faultText ?? 'this package never compiles'}"`);
  if (ebuild.fault === 'fetch') lines.push(`SRC_URI="http://127.0.0.1:9/${ebuild.cpv.split('/')[1]}.tar.gz"`);
  return `EAPI=8
${lines.join('\n')}
S="\${WORKDIR}"
src_unpack() { :; }
src_compile() {
\t${compile.join('\n\t')}
\tprintf '#!/bin/sh\\necho %s\\n' "\${PF}" >${name} || die
}
src_install() { dobin ${name}; }
`;
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
