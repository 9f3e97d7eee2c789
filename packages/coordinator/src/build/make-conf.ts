/**
 * make.conf of a build root, written from nothing: the pool's own lines or what the binhost's Portage answers for the
 * settings that decide how code comes out, then our FEATURES.
 * USE is left out on purpose: it would put every flag of the profile above the profile's own package.use. The face decides
 * it for what the node named; whatever else gets merged takes the profile's word, or that of the pool's lines.
 */
export function makeConfText(settings: Readonly<Record<string, string>>, poolLines: string): string {
  const asked = ASKED_SETTINGS.filter((name) => name !== 'FEATURES').flatMap((name) => {
    const value = settings[name];
    return value ? [`${name}="${quoted(value)}"`] : [];
  });
  const own = poolLines.trim() === '' ? asked : [poolLines.trim()];
  return `${[sandboxLine(settings['FEATURES'] ?? ''), ...own, ...OUR_SETTINGS].join('\n')}\n`;
}

/** What is asked of the binhost's Portage. */
export const ASKED_SETTINGS = [
  'CHOST',
  'CBUILD',
  'CFLAGS',
  'CXXFLAGS',
  'CPPFLAGS',
  'FCFLAGS',
  'FFLAGS',
  'LDFLAGS',
  'RUSTFLAGS',
  'MAKEOPTS',
  'ACCEPT_KEYWORDS',
  'ACCEPT_LICENSE',
  'GENTOO_MIRRORS',
  'FEATURES',
] as const;

/** Where things lie inside a build root; mount-plan.ts mounts them there. */
export const ROOT_PATHS = {
  tmp: '/var/tmp',
  distfiles: '/var/cache/distfiles',
  packages: '/var/cache/binpkgs',
} as const;

/**
 * FEATURES of the sandbox family stay as the binhost has them: a machine without the sandbox program, or in a container that
 * allows no namespaces, has switched them off for a reason.
 */
const SANDBOX_FEATURES = [
  'sandbox',
  'usersandbox',
  'network-sandbox',
  'ipc-sandbox',
  'pid-sandbox',
  'mount-sandbox',
  'userpriv',
  'userfetch',
  'cgroup',
];

/**
 * binpkg-ignore-signature: what PKGDIR holds is our own published directory, written by the publisher alone and copied by us;
 * the throw-away root has no keyring, and Portage would refuse every signed package in it. With it, Portage still prints
 * "Binary package is not usable (verification failed)" for each, and installs it (seen with 3.0.82).
 */
const OUR_FEATURES = [
  'binpkg-multi-instance',
  'binpkg-ignore-signature',
  '-binpkg-signing',
  '-binpkg-request-signature',
  '-getbinpkg',
  '-merge-sync',
  '-news',
  '-test',
];

/** The first line, so that the pool's own lines have the last word on it. */
function sandboxLine(hostFeatures: string): string {
  const on = new Set(hostFeatures.split(/\s+/));
  return `FEATURES="${SANDBOX_FEATURES.map((name) => (on.has(name) ? name : `-${name}`)).join(' ')}"`;
}

const OUR_SETTINGS = [
  `FEATURES="\${FEATURES} ${OUR_FEATURES.join(' ')}"`,
  'BINPKG_FORMAT="gpkg"',
  `PORTAGE_TMPDIR="${ROOT_PATHS.tmp}"`,
  `DISTDIR="${ROOT_PATHS.distfiles}"`,
  `PKGDIR="${ROOT_PATHS.packages}"`,
];

/** Reads `portageq envvar -v`: NAME=VALUE lines, quoted as a shell would have them. */
export function parseEnvvars(text: string): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const match of text.matchAll(/^([A-Z][A-Z0-9_]*)=((?:'[^']*'|"[^"]*"|[^\s'"])*)$/gm)) {
    settings[match[1] as string] = unquoted(match[2] as string);
  }
  return settings;
}

function unquoted(text: string): string {
  return text.replace(/'([^']*)'|"([^"]*)"/g, (_all, single?: string, double?: string) => single ?? double ?? '');
}

function quoted(value: string): string {
  return value.replace(/[\\"$`]/g, '\\$&');
}
