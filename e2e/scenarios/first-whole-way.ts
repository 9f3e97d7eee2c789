import type { EbuildOf, Scenario } from './fleet.ts';

/** The packages of the story: a library in two sub-slots, consumers, two mail programs that block each other. */
export const storyEbuilds: EbuildOf[] = [
  { cpv: 'net-dns/dnsmasq-2.33', iuse: 'dbus resolvconf +dhcp', rdepend: 'dbus? ( sys-apps/dbus )' },
  { cpv: 'net-dns/dnsmasq-2.34', iuse: 'dbus resolvconf +dhcp', rdepend: 'dbus? ( sys-apps/dbus )' },
  { cpv: 'sys-apps/dbus-1.15.8', iuse: 'X' },
  { cpv: 'dev-libs/libfoo-1.0', slot: '0/1', iuse: 'static-libs' },
  { cpv: 'dev-libs/libfoo-2.0', slot: '0/2', iuse: 'static-libs' },
  { cpv: 'sys-fs/fuse-2.6.0', iuse: 'static', depend: 'dev-libs/libfoo:=', rdepend: 'dev-libs/libfoo:=' },
  { cpv: 'sys-fs/fuse-2.6.1', iuse: 'static', depend: 'dev-libs/libfoo:=', rdepend: 'dev-libs/libfoo:=' },
  { cpv: 'net-analyzer/traceroute-1.4_p12-r5', iuse: 'static cpu_flags_x86_avx2' },
  { cpv: 'mail-mta/ssmtp-2.64', iuse: 'ssl', rdepend: '!mail-mta/postfix' },
  { cpv: 'mail-mta/postfix-3.8', iuse: 'ssl', rdepend: '!mail-mta/ssmtp' },
  { cpv: 'app-misc/ca-certificates-20061027.2' },
];

/**
 * Two nodes, one binhost. dnsmasq is wanted in two variants, libfoo by both alike, fuse by both with different flags and bound
 * to the libfoo that the nodes will have although the binhost has the older one; postfix although the binhost has ssmtp.
 */
export const firstWholeWay: Scenario = {
  name: 'first-whole-way',
  buildRoots: true,
  fleet: {
    repositories: { main: storyEbuilds },
    binhost: {
      world: ['net-dns/dnsmasq', 'mail-mta/ssmtp', 'dev-libs/libfoo'],
      installed: ['dev-libs/libfoo-1.0', 'mail-mta/ssmtp-2.64'],
    },
    nodes: {
      node1: {
        use: 'dbus ssl',
        world: ['net-dns/dnsmasq', 'sys-fs/fuse', 'net-analyzer/traceroute', 'mail-mta/postfix'],
      },
      node2: {
        use: '-dhcp static',
        world: ['net-dns/dnsmasq', 'sys-fs/fuse', 'app-misc/ca-certificates'],
      },
    },
  },
  expected: {
    node1: {
      'dev-libs/libfoo-2.0': { state: 'ready', use: [] },
      'sys-apps/dbus-1.15.8': { state: 'ready' },
      'net-dns/dnsmasq-2.34': { state: 'ready', use: ['dbus', 'dhcp'] },
      'sys-fs/fuse-2.6.1': { state: 'ready', use: [], bindings: ['dev-libs/libfoo:0/2'] },
      'net-analyzer/traceroute-1.4_p12-r5': { state: 'ready' },
      'mail-mta/postfix-3.8': { state: 'ready', use: ['ssl'] },
    },
    node2: {
      'dev-libs/libfoo-2.0': { state: 'ready', use: [] },
      'net-dns/dnsmasq-2.34': { state: 'ready', use: [] },
      'sys-fs/fuse-2.6.1': { state: 'ready', use: ['static'], bindings: ['dev-libs/libfoo:0/2'] },
      'app-misc/ca-certificates-20061027.2': { state: 'ready' },
    },
  },
  builds: {
    'dev-libs/libfoo-2.0': 1,
    'sys-apps/dbus-1.15.8': 1,
    'net-dns/dnsmasq-2.34': 2,
    'sys-fs/fuse-2.6.1': 2,
    'net-analyzer/traceroute-1.4_p12-r5': 1,
    'mail-mta/postfix-3.8': 1,
    'app-misc/ca-certificates-20061027.2': 1,
  },
};
