import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HOSTILE_BUILD } from '@binhost/testkit';
import type { EbuildOf } from '../scenarios/fleet.ts';

/** Writes one ebuild repository for the real Portage below `directory/NAME`; every ebuild compiles a tiny C program. */
export async function writeRepository(directory: string, name: string, ebuilds: EbuildOf[]): Promise<void> {
  const root = join(directory, name);
  const categories = [...new Set(ebuilds.map((ebuild) => ebuild.cpv.split('/')[0]))];
  const masters = name === 'main' ? '' : 'main';
  await put(join(root, 'profiles', 'repo_name'), `${name}\n`);
  await put(join(root, 'profiles', 'categories'), `${categories.join('\n')}\n`);
  await put(
    join(root, 'metadata', 'layout.conf'),
    `masters = ${masters}\nthin-manifests = true\nsign-manifests = false\nprofile-formats = portage-2\n`,
  );
  if (name === 'main') await writeProfile(root);
  for (const ebuild of ebuilds) await writeEbuild(root, ebuild);
}

/** A sync in small: the repository of a host gains these ebuilds, of categories that it has, and its timestamp moves. */
export async function addEbuilds(directory: string, name: string, ebuilds: EbuildOf[]): Promise<void> {
  const root = join(directory, name);
  for (const ebuild of ebuilds) await writeEbuild(root, ebuild);
  await put(join(root, 'metadata', 'timestamp.chk'), `${new Date().toUTCString()}\n`);
}

/** Spares Portage to ask bash for every ebuild. */
export async function writeMetadataCache(root: string, ebuilds: EbuildOf[]): Promise<void> {
  for (const ebuild of ebuilds) {
    const { category, name, pf } = splitCpv(ebuild.cpv);
    const text = ebuildText(name, ebuild);
    const values = [...text.matchAll(/^([A-Z_]+)="?([^"$]*)"?$/gm)].map(([, key = '', value = '']) => [key, value]);
    const known = values
      .filter(([key, value]) => key !== 'S' && value !== '')
      .map(([key, value]) => `${key}=${value}\n`);
    const phases = 'DEFINED_PHASES=compile install unpack\n';
    const digest = `_md5_=${createHash('md5').update(text).digest('hex')}\n`;
    await put(join(root, 'metadata/md5-cache', category, pf), [phases, ...known.sort(), digest].join(''));
  }
}

async function writeProfile(root: string): Promise<void> {
  await put(join(root, 'profiles', 'arch.list'), 'amd64\n');
  await put(join(root, 'profiles', 'profiles.desc'), 'amd64 default stable\n');
  await put(join(root, 'profiles', 'default', 'eapi'), '8\n');
  const defaults: Record<string, string> = {
    ARCH: 'amd64',
    ACCEPT_KEYWORDS: 'amd64',
    CHOST: 'x86_64-pc-linux-gnu',
    USERLAND: 'GNU',
    KERNEL: 'linux',
    ELIBC: 'glibc',
    USE_EXPAND: 'ABI_X86 CPU_FLAGS_X86',
    USE_EXPAND_HIDDEN: 'ABI_X86',
    USE_EXPAND_IMPLICIT: 'ARCH ELIBC KERNEL',
    IUSE_IMPLICIT: 'prefix prefix-guest',
    USE_EXPAND_VALUES_ARCH: 'amd64',
    USE_EXPAND_VALUES_ELIBC: 'glibc',
    USE_EXPAND_VALUES_KERNEL: 'linux',
    ABI_X86: '64',
  };
  const lines = Object.entries(defaults).map(([key, value]) => `${key}="${value}"`);
  await put(join(root, 'profiles', 'default', 'make.defaults'), `${lines.join('\n')}\n`);
}

async function writeEbuild(root: string, ebuild: EbuildOf): Promise<void> {
  const { category, name, pf } = splitCpv(ebuild.cpv);
  const directory = join(root, category, name);
  await put(join(directory, `${pf}.ebuild`), ebuildText(name, ebuild));
  if (ebuild.isHostile) await put(join(directory, 'files/attack.py'), await readFile(HOSTILE_BUILD, 'utf8'));
  await appendFile(join(directory, 'Manifest'), manifestLine(ebuild));
}

function manifestLine({ srcUri, source }: EbuildOf): string {
  const name = srcUri?.split('/').at(-1);
  if (name === undefined) return '';
  if (source === undefined) return `DIST ${name} 4096 SHA512 ${'0'.repeat(128)}\n`;
  const digest = (algorithm: string) => createHash(algorithm).update(source).digest('hex');
  return `DIST ${name} ${Buffer.byteLength(source)} BLAKE2B ${digest('blake2b512')} SHA512 ${digest('sha512')}\n`;
}

function ebuildText(name: string, ebuild: EbuildOf): string {
  return `EAPI=8
DESCRIPTION="${name} of the test fleet"
HOMEPAGE="https://example.org"
SRC_URI="${ebuild.srcUri ?? ''}"
LICENSE="GPL-2"
SLOT="${ebuild.slot ?? '0'}"
KEYWORDS="${ebuild.keywords ?? 'amd64'}"
IUSE="${ebuild.iuse ?? ''}"
DEPEND="${ebuild.depend ?? ''}"
RDEPEND="${ebuild.rdepend ?? ''}"
BDEPEND="${ebuild.bdepend ?? ''}"
RESTRICT="${ebuild.restrict ?? ''}"
PROPERTIES="${ebuild.properties ?? ''}"
S="\${WORKDIR}"
src_unpack() { :; }
src_compile() {
	local flag enabled=
	for flag in \${IUSE}; do
		if use "\${flag#+}"; then enabled+=" \${flag#+}"; fi
	done
	printf '#include <stdio.h>\\nint main(void) { puts("%s%s"); return 0; }\\n' "\${PF}" "\${enabled}" > ${name}.c
	sleep ${ebuild.compileSeconds ?? 0}
	${ebuild.breaks ? `die "${ebuild.breaks}"` : ':'}
	${compileLine(name, ebuild)} || die "compile failed"
	${ebuild.isHostile ? 'attack' : ':'}
}
src_install() {
	newbin ${name} ${programOf(name, ebuild)}
	${ebuild.library ? installLibrary(ebuild.library) : ''}
}
${ebuild.isHostile ? hostilePhases() : ''}`;
}

/** Like a configure script that takes what it finds: linked with the library where the linker has it, else without. */
function compileLine(name: string, { library, finds }: EbuildOf): string {
  const program = `gcc -O2 -o ${name} ${name}.c`;
  const linked = finds ? `${program} -Wl,--no-as-needed -l:${finds} 2>/dev/null || ${program}` : program;
  if (!library) return linked;
  return `echo 'int here(void) { return 1; }' > library.c && gcc -shared -fPIC -Wl,-soname,${library} -o ${library} library.c && ${linked}`;
}

/** Where the compiler looks by itself on every distribution. */
function installLibrary(library: string): string {
  return `exeinto /usr/lib\n\tdoexe ${library}`;
}

/** A node that installs the binary is not attacked. */
function hostilePhases(): string {
  return `attack() {
	local got
	# FILESDIR is not there in every phase
	got=$(python3 "/var/db/repos/main/\${CATEGORY}/\${PN}/files/attack.py" ${ATTACKED.join(' ')} 2>&1) && return
	die "reached what it must not: $(grep -v ': nothing$' <<< "\${got}" | tr '\\n' ' ')"
}
pkg_setup() { [[ \${MERGE_TYPE} == binary ]] || attack; }
pkg_preinst() { [[ \${MERGE_TYPE} == binary ]] || attack; }
`;
}

/** What is there on a binhost of these tests: real-stage.ts. */
const ATTACKED = [
  ...['state', 'state/gnupg', 'state/staging', 'packages', 'logs', 'run', 'work'].map(
    (name) => `hidden=/srv/binhost/${name}`,
  ),
  ...['/etc/binhost-coordinator', '/run', '/mnt', '/srv'].map((path) => `hidden=${path}`),
  ...['view.sock', 'admin.sock', 'postmaster.pid'].map((name) => `marker=${name}`),
  ...['127.0.0.1:8080', '127.0.0.1:8443', '10.78.0.1:8080'].map((address) => `connect=${address}`),
  `pid=${process.pid}`,
];

/** Two slots of a package stand beside each other, so their files have different names. */
function programOf(name: string, { slot = '0' }: EbuildOf): string {
  const [main = '0'] = slot.split('/');
  return main === '0' ? name : `${name}-${main}`;
}

/** The fleet's names are plain: a version starts behind the last hyphen that a digit follows, revision apart. */
export function splitCpv(cpv: string): { category: string; name: string; pf: string } {
  const [category = '', pf = ''] = cpv.split('/');
  const name = pf.replace(/-r\d+$/, '').replace(/-\d[^-]*$/, '');
  return { category, name, pf };
}

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
