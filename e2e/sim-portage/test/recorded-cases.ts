import type { EbuildDescription, HostDescription } from '../host-description.ts';

/**
 * Situations whose output was recorded on the real Portage (3.0.82), on a host made from the same description: `recorded/NAME.txt`
 * holds its standard output, standard error and exit status. The simulated Portage must say the same.
 */
export interface RecordedCase {
  name: string;
  host: Partial<HostDescription>;
  args: string[];
  /** Whether the host has a binary host, which serves recorded/packages-index.txt. */
  binaries?: boolean;
}

export const ebuilds: EbuildDescription[] = [
  { cpv: 'net-dns/dnsmasq-2.33', iuse: 'dbus resolvconf +dhcp', rdepend: 'dbus? ( sys-apps/dbus )' },
  { cpv: 'net-dns/dnsmasq-2.34', iuse: 'dbus resolvconf +dhcp', rdepend: 'dbus? ( sys-apps/dbus )' },
  { cpv: 'sys-apps/dbus-1.15.8', iuse: 'X' },
  { cpv: 'dev-libs/libfoo-1.0', slot: '0/1', iuse: 'static-libs', libraries: ['libfoo.so.1'] },
  { cpv: 'dev-libs/libfoo-2.0', slot: '0/2', iuse: 'static-libs', libraries: ['libfoo.so.2'] },
  { cpv: 'sys-fs/fuse-2.6.0', iuse: 'static', depend: 'dev-libs/libfoo:=', rdepend: 'dev-libs/libfoo:=' },
  { cpv: 'sys-fs/fuse-2.6.1', iuse: 'static', depend: 'dev-libs/libfoo:=', rdepend: 'dev-libs/libfoo:=' },
  {
    cpv: 'net-analyzer/traceroute-1.4_p12-r5',
    iuse: 'static python_targets_python3_11 python_targets_python3_12 cpu_flags_x86_avx2',
  },
  { cpv: 'app-misc/ca-certificates-20061027.2' },
  { cpv: 'app-misc/keyworded-9.0', keywords: '~amd64' },
  { cpv: 'app-misc/slotted-1.0', slot: '1' },
  { cpv: 'app-misc/slotted-2.0', slot: '2' },
  { cpv: 'app-misc/user-1.0', iuse: 'gui', rdepend: 'gui? ( dev-libs/libfoo[static-libs] )' },
  { cpv: 'app-misc/tool-1.0', bdepend: 'app-misc/maker', rdepend: '|| ( app-misc/none app-misc/alt )' },
  { cpv: 'app-misc/maker-3.0' },
  { cpv: 'app-misc/alt-3.0', iuse: 'a +b' },
  { cpv: 'mail-mta/ssmtp-2.64', iuse: 'ssl', rdepend: '!mail-mta/postfix' },
  { cpv: 'mail-mta/postfix-3.8', iuse: 'ssl', rdepend: '!mail-mta/ssmtp' },
  { cpv: 'app-misc/zlast-1.0', rdepend: 'mail-mta/postfix' },
  { cpv: 'app-misc/live-9999', keywords: '', properties: 'live' },
];

/** A node with older versions, whose fuse is bound to the old library. */
const older: HostDescription['installed'] = [
  { cpv: 'dev-libs/libfoo-1.0' },
  { cpv: 'sys-fs/fuse-2.6.1', rdepend: 'dev-libs/libfoo:0/1=', depend: 'dev-libs/libfoo:0/1=' },
  { cpv: 'net-dns/dnsmasq-2.33', use: ['dhcp'] },
];
const world = ['net-dns/dnsmasq', 'sys-fs/fuse'];
const update = ['-pvuDN', 'world'];
const updateFromBinaries = ['-gpvuDN', 'world'];

export const recordedCases: RecordedCase[] = [
  { name: 'new-world', host: { world: [...world, 'net-analyzer/traceroute'] }, args: update },
  { name: 'new-world-quiet', host: { world }, args: ['-puDNq', 'world'] },
  {
    name: 'any-of-and-build-dependencies',
    host: {
      world: ['app-misc/tool', 'app-misc/user', ...world],
      packageUse: ['app-misc/user gui', 'dev-libs/libfoo static-libs'],
    },
    args: update,
  },
  { name: 'rebuild-for-new-sub-slot', host: { world, installed: older }, args: update },
  { name: 'one-library-rebuilds-world', host: { world, installed: older }, args: ['-pv', '=dev-libs/libfoo-2.0'] },
  {
    name: 'changed-use',
    host: {
      world: ['net-analyzer/traceroute'],
      installed: [{ cpv: 'net-analyzer/traceroute-1.4_p12-r5', use: ['static'] }],
    },
    args: update,
  },
  { name: 'two-slots', host: {}, args: ['-pv', 'app-misc/slotted:1', 'app-misc/slotted'] },
  { name: 'new-slot', host: { installed: [{ cpv: 'app-misc/slotted-1.0' }] }, args: ['-pv', 'app-misc/slotted'] },
  { name: 'downgrade', host: { installed: [{ cpv: 'net-dns/dnsmasq-2.34' }] }, args: ['-pv', '=net-dns/dnsmasq-2.33'] },
  { name: 'masked-by-keyword', host: {}, args: ['-pv', 'app-misc/keyworded'] },
  { name: 'missing-keyword', host: {}, args: ['-pv', '=app-misc/live-9999'] },
  { name: 'accepted-keyword', host: { acceptKeywords: ['app-misc/keyworded'] }, args: ['-pv', 'app-misc/keyworded'] },
  { name: 'needed-use-change', host: { world: ['app-misc/user'], packageUse: ['app-misc/user gui'] }, args: update },
  { name: 'broken-world', host: { world: ['app-misc/nothere', 'app-misc/keyworded', ...world] }, args: update },
  { name: 'build-needs-dependencies', host: {}, args: ['-p', '--buildpkgonly', 'sys-fs/fuse'] },
  {
    name: 'only-build-dependencies',
    host: {},
    args: ['-pv', '--oneshot', '--onlydeps', '--onlydeps-with-rdeps=n', 'sys-fs/fuse'],
  },
  {
    name: 'binaries',
    host: { world: [...world, 'app-misc/ca-certificates'] },
    args: updateFromBinaries,
    binaries: true,
  },
  {
    name: 'binary-of-the-other-variant',
    host: { world, makeConf: { USE: '-dhcp' } },
    args: updateFromBinaries,
    binaries: true,
  },
  {
    name: 'binary-bound-to-the-older-library',
    host: { world, packageMask: ['>=dev-libs/libfoo-2'] },
    args: updateFromBinaries,
    binaries: true,
  },
  {
    name: 'binaries-ignored-for-use',
    host: { world, makeConf: { USE: 'resolvconf static' } },
    args: updateFromBinaries,
    binaries: true,
  },
  { name: 'binary-rebuild', host: { world, installed: older }, args: updateFromBinaries, binaries: true },
  {
    name: 'binaries-only-lack-a-dependency',
    host: { world: ['app-misc/ca-certificates', ...world], makeConf: { USE: 'dbus' } },
    args: ['-GpuDN', 'world'],
    binaries: true,
  },
  {
    name: 'soft-blocker-drives-out',
    host: {
      world: ['mail-mta/postfix', 'app-misc/zlast', 'app-misc/ca-certificates', 'sys-fs/fuse'],
      installed: [
        { cpv: 'mail-mta/ssmtp-2.64' },
        { cpv: 'dev-libs/libfoo-1.0' },
        { cpv: 'sys-fs/fuse-2.6.1', rdepend: 'dev-libs/libfoo:0/1=', depend: 'dev-libs/libfoo:0/1=' },
      ],
    },
    args: update,
  },
  {
    name: 'soft-blocker-of-a-package-that-is-only-built',
    host: { world: ['mail-mta/ssmtp'], installed: [{ cpv: 'mail-mta/ssmtp-2.64' }] },
    args: ['-pv', '--buildpkgonly', '=mail-mta/postfix-3.8'],
  },
];
