import type { EbuildDescription, HostDescription, RepositoryDescription } from '../sim-portage/host-description.ts';

/**
 * The demo's fleet: one binhost and three nodes. nano is wanted by all alike, dnsmasq in two variants, eza needs libgit2 with
 * `:=` and so waits for it, and never-compiles fails on purpose. One node updates an older system, the others are new.
 */
export const NODES = ['desk', 'attic', 'cellar'] as const;
export type NodeName = (typeof NODES)[number];

/** What fails on purpose, and why a person should not worry about it. */
export const FAILING_PACKAGE = 'games-misc/never-compiles-1.0';

/** How many packages each node wants at the start, its dependencies counted. */
export const EXPECTED_WISHES: Record<NodeName, number> = { desk: 6, attic: 3, cellar: 3 };

/** The node that updates its world at the end: it waits for nothing that fails. */
export const INSTALLING_NODE: NodeName = 'cellar';

const ebuilds: EbuildDescription[] = [
  { cpv: 'app-editors/nano-8.2', iuse: 'magic +ncurses', seconds: 2 },
  { cpv: 'app-editors/nano-8.3', iuse: 'magic +ncurses', seconds: 2 },
  { cpv: 'net-dns/dnsmasq-2.90', iuse: 'dbus +dhcp', rdepend: 'dbus? ( sys-apps/dbus )', seconds: 3 },
  { cpv: 'sys-apps/dbus-1.15.8', iuse: 'X', seconds: 1, libraries: ['libdbus-1.so.3'] },
  { cpv: 'dev-libs/libgit2-1.8.4', slot: '0/1.8', iuse: '+ssh', seconds: 2, libraries: ['libgit2.so.1.8'] },
  { cpv: 'dev-libs/libgit2-1.9.0', slot: '0/1.9', iuse: '+ssh', seconds: 2, libraries: ['libgit2.so.1.9'] },
  { cpv: 'sys-apps/eza-0.20.8', depend: 'dev-libs/libgit2:=', rdepend: 'dev-libs/libgit2:=', seconds: 2 },
  { cpv: FAILING_PACKAGE, fault: 'compile', seconds: 1 },
];

const repositories: RepositoryDescription[] = [{ name: 'gentoo', ebuilds }];

/** A binhost that has the libraries that packages are built against: mode `host` cannot install any. */
export function binhostDescription(directory: string): HostDescription {
  return {
    directory,
    repositories,
    world: ['dev-libs/libgit2', 'sys-apps/dbus'],
    installed: [{ cpv: 'dev-libs/libgit2-1.9.0', use: ['ssh'] }, { cpv: 'sys-apps/dbus-1.15.8' }],
  };
}

/** Its Portage does not know the binhost: join tells it. */
export function nodeDescription(name: NodeName, directory: string): HostDescription {
  return { directory, repositories, ...OWN[name] };
}

const OWN: Record<NodeName, Partial<HostDescription>> = {
  desk: {
    world: ['app-editors/nano', 'net-dns/dnsmasq', 'sys-apps/eza', 'games-misc/never-compiles'],
    makeConf: { USE: 'dbus' },
  },
  attic: {
    world: ['app-editors/nano', 'net-dns/dnsmasq', 'games-misc/never-compiles'],
    makeConf: { USE: '-dhcp' },
  },
  cellar: {
    world: ['app-editors/nano', 'sys-apps/eza'],
    installed: [
      { cpv: 'app-editors/nano-8.2', use: ['ncurses'] },
      { cpv: 'dev-libs/libgit2-1.8.4', use: ['ssh'] },
      { cpv: 'sys-apps/eza-0.20.8', depend: 'dev-libs/libgit2:0/1.8=', rdepend: 'dev-libs/libgit2:0/1.8=' },
    ],
  },
};
