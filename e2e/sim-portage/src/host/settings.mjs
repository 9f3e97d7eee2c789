/**
 * Portage's settings of a host: built-in defaults < profile make.defaults < make.conf < environment.
 * Comes in: the host. Goes out: variables, the layers of USE, FEATURES.
 */
import { join } from 'node:path';
import { byText } from '../grammar/text-order.mjs';
import { parseMakeConf, readConfigFiles } from './make-conf.mjs';

const DEFAULTS = {
  ACCEPT_LICENSE: '*',
  ACCEPT_PROPERTIES: '*',
  ACCEPT_RESTRICT: '*',
  BINPKG_FORMAT: 'gpkg',
  CFLAGS: '',
  DISTDIR: '/var/cache/distfiles',
  PKGDIR: '/var/cache/binpkgs',
  PORTAGE_TMPDIR: '/var/tmp',
  FEATURES:
    'assume-digests binpkg-docompress binpkg-dostrip binpkg-logs binpkg-multi-instance buildpkg-live config-protect-if-modified distlocks ebuild-locks fixlafiles ipc-sandbox merge-sync merge-wait multilib-strict network-sandbox news parallel-fetch pid-sandbox pkgdir-index-trusted preserve-libs protect-owned qa-unresolved-soname-deps sandbox strict unknown-features-warn unmerge-logs unmerge-orphans userfetch userpriv usersandbox usersync',
};

const INCREMENTAL = new Set([
  'USE',
  'FEATURES',
  'ACCEPT_KEYWORDS',
  'ACCEPT_LICENSE',
  'USE_EXPAND',
  'USE_EXPAND_HIDDEN',
  'USE_EXPAND_IMPLICIT',
  'IUSE_IMPLICIT',
]);

/** Variables of the environment that count; the rest of a caller's environment is not Portage's. */
const FROM_ENVIRONMENT =
  /^(USE|FEATURES|ACCEPT_KEYWORDS|ACCEPT_LICENSE|USE_EXPAND_HIDDEN|EMERGE_DEFAULT_OPTS|PKGDIR|DISTDIR|PORTAGE_TMPDIR|BINPKG_.*|CFLAGS|CXXFLAGS|LDFLAGS|CHOST|MAKEOPTS|PORTAGE_BINHOST|PORTAGE_NICENESS)$/;

/** @param {ReturnType<import('./host.mjs').openHost>} host */
export function readSettings(host) {
  const layers = [
    { name: 'built-in', values: DEFAULTS },
    { name: 'profile', values: profileValues(host) },
    { name: 'make.conf', values: parseAll(readConfigFiles(join(host.configDir, 'make.conf'))) },
  ];
  const below = mergeLayers(layers);
  const environment = Object.entries(host.env).filter(
    ([name, value]) => value !== undefined && (FROM_ENVIRONMENT.test(name) || isExpand(below, name)),
  );
  layers.push({ name: 'environment', values: Object.fromEntries(environment) });
  const values = mergeLayers(layers);
  return { values, layers, features: new Set(words(values.FEATURES)), path: (name) => settingPath(host, layers, name) };
}

/** A file's path is inside the host; one from the environment is meant as it stands. */
function settingPath(host, layers, name) {
  const layer = layers.findLast(({ values }) => values[name] !== undefined);
  return layer.name === 'environment' ? layer.values[name] : host.inside(layer.values[name]);
}

const isExpand = (values, name) => words(values.USE_EXPAND).includes(name);

function profileValues(host) {
  return host.profileDir ? parseAll(readConfigFiles(join(host.profileDir, 'make.defaults'))) : {};
}

const parseAll = (texts) => texts.reduce((known, text) => ({ ...known, ...parseMakeConf(text, known) }), {});

function mergeLayers(layers) {
  const merged = {};
  for (const { values } of layers) {
    for (const [name, value] of Object.entries(values)) {
      merged[name] = INCREMENTAL.has(name) ? increment(merged[name] ?? '', value) : value;
    }
  }
  return merged;
}

/** `-x` takes x away, `-*` everything; the result is sorted as Portage prints it, but ACCEPT_LICENSE keeps its order. */
function increment(below, above) {
  const set = new Set(words(below));
  for (const word of words(above)) {
    if (word === '-*') set.clear();
    else if (word.startsWith('-')) set.delete(word.slice(1));
    else set.add(word);
  }
  return [...set].sort(byText).join(' ');
}

export const words = (text) => (text ?? '').split(/\s+/).filter(Boolean);

/** USE_EXPAND variables with the prefix of their flags: ABI_X86 → abi_x86_. */
export function expandGroups(settings) {
  return words(settings.values.USE_EXPAND)
    .sort(byText)
    .map((name) => ({ name, prefix: `${name.toLowerCase()}_` }));
}
