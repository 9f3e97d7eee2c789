/**
 * The per-package files of /etc/portage and of the profile: package.use, package.accept_keywords, package.mask, …
 * Goes out: for one package, its USE flags and whether it is masked and by what.
 */
import { join } from 'node:path';
import { matchesAtom, parseAtom } from '../grammar/atoms.mjs';
import { readConfigLines } from './make-conf.mjs';
import { expandGroups, words } from './settings.mjs';

/**
 * @param {ReturnType<import('./host.mjs').openHost>} host
 * @param {ReturnType<import('./settings.mjs').readSettings>} settings
 */
export function readPackageConfig(host, settings) {
  const user = (name) => atomLines(join(host.configDir, name));
  const both = (name) => [...profileLines(host, name), ...atomLines(join(host.configDir, 'profile', name))];
  const config = {
    use: user('package.use'),
    profileUse: profileLines(host, 'package.use'),
    keywords: [...user('package.keywords'), ...user('package.accept_keywords')],
    mask: [...user('package.mask'), ...both('package.mask')],
    unmask: user('package.unmask'),
    license: user('package.license'),
    useMask: flagLines(host, 'use.mask'),
    useForce: flagLines(host, 'use.force'),
    packageUseMask: both('package.use.mask'),
    packageUseForce: both('package.use.force'),
  };
  const groups = expandGroups(settings);
  return {
    useOf: (pkg) => enabledFlags({ pkg, config, settings, groups }),
    fixedFlags: (pkg) => fixedFlags(pkg, config),
    masksOf: (pkg) => masks(pkg, config, settings),
  };
}

function atomLines(path) {
  return readConfigLines(path).map((line) => {
    const [text, ...rest] = words(line);
    const atom = parseAtom(text);
    if (!atom) throw new Error(`simulated Portage: ${path}: expected a package atom, got '${text}'`);
    return { atom, words: rest };
  });
}

const profileLines = (host, name) => (host.profileDir ? atomLines(join(host.profileDir, name)) : []);

function flagLines(host, name) {
  const files = [join(host.configDir, 'profile', name)];
  if (host.profileDir) files.unshift(join(host.profileDir, name));
  return files.flatMap(readConfigLines);
}

/** Highest wins: environment, package.use, make.conf, the profile, the ebuild's own `+flag`. */
function enabledFlags({ pkg, config, settings, groups }) {
  const enabled = new Set(pkg.iuseDefaults);
  const layer = (name) => settings.layers.find((each) => each.name === name).values;
  applyVariables(enabled, layer('profile'), groups);
  applyLines(enabled, config.profileUse, pkg);
  applyVariables(enabled, layer('make.conf'), groups);
  applyLines(enabled, config.use, pkg);
  applyVariables(enabled, layer('environment'), groups);
  if (settings.features.has('test')) enabled.add('test');
  const fixed = fixedFlags(pkg, config);
  for (const flag of fixed.forced) enabled.add(flag);
  for (const flag of fixed.masked) enabled.delete(flag);
  return new Set([...enabled].filter((flag) => pkg.iuse.has(flag)));
}

function applyVariables(enabled, values, groups) {
  applyFlags(enabled, words(values.USE));
  for (const { name, prefix } of groups) {
    if (values[name] === undefined) continue;
    for (const flag of enabled) if (flag.startsWith(prefix)) enabled.delete(flag);
    applyFlags(enabled, words(values[name]), prefix);
  }
}

function applyLines(enabled, lines, pkg) {
  for (const line of lines.filter(({ atom }) => matchesAtom(atom, pkg))) {
    let prefix = '';
    for (const word of line.words) {
      if (word.endsWith(':')) prefix = `${word.slice(0, -1).toLowerCase()}_`;
      else applyFlags(enabled, [word], prefix);
    }
  }
}

function applyFlags(enabled, flags, prefix = '') {
  for (const flag of flags) {
    if (flag === '-*') {
      for (const each of enabled) if (each.startsWith(prefix)) enabled.delete(each);
    } else if (flag.startsWith('-')) enabled.delete(prefix + flag.slice(1));
    else enabled.add(prefix + flag.replace(/^\+/, ''));
  }
}

/** Flags that the profile decides: shown in parentheses, whatever package.use says. */
function fixedFlags(pkg, config) {
  return {
    masked: pick(config.useMask, config.packageUseMask, pkg),
    forced: pick(config.useForce, config.packageUseForce, pkg),
  };
}

function pick(general, perPackage, pkg) {
  const flags = new Set();
  applyFlags(flags, general);
  for (const line of perPackage) if (matchesAtom(line.atom, pkg)) applyFlags(flags, line.words);
  return flags;
}

/** @returns {string[]} the reasons as Portage prints them behind "masked by: "; empty: visible */
function masks(pkg, config, settings) {
  const reasons = [];
  const hit = (lines) => lines.some(({ atom }) => matchesAtom(atom, pkg));
  if (hit(config.mask) && !hit(config.unmask)) reasons.push('package.mask');
  const keyword = keywordMask(pkg, config, settings);
  if (keyword) reasons.push(`${keyword} keyword`);
  const license = missingLicense(pkg, config, settings);
  if (license) reasons.push(`${license} license(s)`);
  return reasons;
}

function keywordMask(pkg, config, settings) {
  const accepted = new Set(words(settings.values.ACCEPT_KEYWORDS));
  const arch = settings.values.ARCH ?? 'amd64';
  for (const line of config.keywords.filter(({ atom }) => matchesAtom(atom, pkg))) {
    for (const word of line.words.length > 0 ? line.words : [`~${arch}`]) {
      if (word === '-*') accepted.clear();
      else if (word.startsWith('-')) accepted.delete(word.slice(1));
      else accepted.add(word);
    }
  }
  const keywords = words(pkg.keywords);
  if (accepted.has('**') || (accepted.has('~*') && keywords.some((word) => !word.startsWith('-')))) return undefined;
  if (keywords.some((word) => accepted.has(word) || (accepted.has('*') && !/^[~-]/.test(word)))) return undefined;
  if (accepted.has(`~${arch}`) && keywords.includes(arch)) return undefined;
  return keywords.includes(`~${arch}`) ? `~${arch}` : 'missing';
}

function missingLicense(pkg, config, settings) {
  const accepted = words(settings.values.ACCEPT_LICENSE);
  const extra = config.license.filter(({ atom }) => matchesAtom(atom, pkg)).flatMap((line) => line.words);
  const all = [...accepted, ...extra];
  if (all.includes('*')) return undefined;
  const missing = words(pkg.license).filter(
    (word) => /^[A-Za-z0-9]/.test(word) && !word.endsWith('?') && !all.includes(word),
  );
  return missing.length > 0 ? missing.join(' ') : undefined;
}

/** The mark in the merge list's last column: ~ keyword, * missing keyword, # package.mask, without what the user allows. */
export function maskMark(pkg, settings) {
  const accepted = new Set(words(settings.values.ACCEPT_KEYWORDS));
  const arch = settings.values.ARCH ?? 'amd64';
  const keywords = words(pkg.keywords);
  if (accepted.has('**') || keywords.some((word) => accepted.has(word)) || keywords.includes(arch)) return ' ';
  return keywords.includes(`~${arch}`) ? '~' : '*';
}
