/** emerge's command line, as far as it is simulated; anything else is an error that names it, never ignored. */
import { words } from '../host/settings.mjs';

/** Options that stand alone. */
const FLAGS = new Set([
  'pretend',
  'update',
  'newuse',
  'changed-use',
  'oneshot',
  'nodeps',
  'onlydeps',
  'fetchonly',
  'rage-clean',
  'buildpkgonly',
  'nospinner',
  'ignore-default-opts',
  'noreplace',
  'version',
  'emptytree',
  'quiet-unmerge-warn',
  'noconfmem',
]);

/** Options with y or n, where the value may be missing (then y) or be the next word. */
const YES_NO = new Set([
  'verbose',
  'getbinpkg',
  'getbinpkgonly',
  'usepkg',
  'usepkgonly',
  'buildpkg',
  'quiet',
  'quiet-build',
  'quiet-fail',
  'ask',
  'color',
  'ignore-world',
  'onlydeps-with-rdeps',
  'onlydeps-with-ideps',
  'with-bdeps',
  'with-bdeps-auto',
  'autounmask',
  'autounmask-continue',
  'autounmask-license',
  'autounmask-use',
  'autounmask-write',
  'autounmask-keep-keywords',
  'autounmask-keep-masks',
  'autounmask-backtrack',
  'binpkg-respect-use',
  'binpkg-changed-deps',
  'keep-going',
  'complete-graph',
  'read-news',
  'rebuilt-binaries',
  'dynamic-deps',
  'misspell-suggestions',
  'fuzzy-search',
  'select',
  'selective',
  'fail-clean',
  'use-ebuild-visibility',
  'verbose-conflicts',
  'alert',
]);

/** Options that always have a value. */
const WITH_VALUE = new Set([
  'usepkg-exclude',
  'backtrack',
  'load-average',
  'exclude',
  'buildpkg-exclude',
  'usepkg-include',
]);

/** Options whose value, a number, may be missing. */
const NUMBER = new Set(['deep', 'jobs']);

const SHORT = {
  p: 'pretend',
  v: 'verbose',
  u: 'update',
  D: 'deep',
  N: 'newuse',
  g: 'getbinpkg',
  G: 'getbinpkgonly',
  k: 'usepkg',
  K: 'usepkgonly',
  b: 'buildpkg',
  B: 'buildpkgonly',
  o: 'onlydeps',
  1: 'oneshot',
  O: 'nodeps',
  f: 'fetchonly',
  q: 'quiet',
  a: 'ask',
  j: 'jobs',
  n: 'noreplace',
  e: 'emptytree',
  U: 'changed-use',
  V: 'version',
};

/**
 * @param {string[]} argv
 * @param {string} defaultOptions EMERGE_DEFAULT_OPTS
 * @returns {{ wrong: string } | ReturnType<typeof meaning>}
 */
export function parseEmergeOptions(argv, defaultOptions) {
  const all = argv.includes('--ignore-default-opts') ? argv : [...words(defaultOptions.replace(/["']/g, '')), ...argv];
  const given = {};
  const targets = [];
  for (let at = 0; at < all.length; at++) {
    const word = all[at];
    if (/^-[^-]/.test(word)) {
      const taken = takeShort(word, all[at + 1], given);
      if (taken < 0) return { wrong: word };
      at += taken;
    } else if (word.startsWith('--')) {
      const taken = takeLong(word.slice(2), all[at + 1], given);
      if (taken < 0) return { wrong: word };
      at += taken;
    } else targets.push(word);
  }
  return meaning(given, targets);
}

/** @returns how many of the next words it took; negative: unknown */
function takeLong(text, next, given) {
  const [name, value] = text.includes('=')
    ? [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]
    : [text];
  if (FLAGS.has(name)) given[name] = true;
  else if (YES_NO.has(name)) {
    const takesNext = value === undefined && /^(y|n|True|auto)$/.test(next ?? '');
    given[name] = value ?? (takesNext ? next : 'y');
    return takesNext ? 1 : 0;
  } else if (NUMBER.has(name)) {
    const takesNext = value === undefined && /^\d+$/.test(next ?? '');
    given[name] = value ?? (takesNext ? next : '');
    return takesNext ? 1 : 0;
  } else if (WITH_VALUE.has(name)) {
    given[name] = [given[name], value ?? next].filter(Boolean).join(' ');
    return value === undefined ? 1 : 0;
  } else return -1;
  return 0;
}

function takeShort(word, next, given) {
  for (let at = 1; at < word.length; at++) {
    const name = SHORT[word[at]];
    if (!name) return -1;
    if (!NUMBER.has(name)) {
      given[name] = FLAGS.has(name) ? true : 'y';
      continue;
    }
    const digits = /^\d*/.exec(word.slice(at + 1))[0];
    given[name] = digits;
    at += digits.length;
    if (digits === '' && at === word.length - 1 && /^\d+$/.test(next ?? '')) return 1;
  }
  return 0;
}

function meaning(given, targets) {
  const yes = (name) => given[name] !== undefined && given[name] !== 'n';
  const binaryOnly = yes('getbinpkgonly') || yes('usepkgonly');
  const remote = yes('getbinpkg') || yes('getbinpkgonly');
  const usepkg = (yes('usepkg') || remote || binaryOnly) && (given.usepkg !== 'n' || binaryOnly);
  const quiet = yes('quiet');
  const verbose = yes('verbose');
  return {
    targets,
    binaryOnly,
    remote: remote && given.getbinpkg !== 'n',
    usepkg,
    quiet,
    verbosity: verbose ? 3 : quiet ? 1 : 2,
    usepkgExclude: words(given['usepkg-exclude']),
    exclude: words(given.exclude),
    pretend: yes('pretend'),
    version: yes('version'),
    update: yes('update'),
    deep: given.deep !== undefined,
    newuse: yes('newuse'),
    changedUse: yes('changed-use'),
    selective: yes('update') || yes('newuse') || yes('changed-use') || yes('noreplace') || yes('selective'),
    oneshot: yes('oneshot') || yes('onlydeps') || given.select === 'n',
    nodeps: yes('nodeps'),
    onlydeps: yes('onlydeps'),
    onlydepsRuntime: given['onlydeps-with-rdeps'] !== 'n',
    fetchonly: yes('fetchonly'),
    buildpkg: yes('buildpkg') || yes('buildpkgonly'),
    buildpkgonly: yes('buildpkgonly'),
    ignoreWorld: yes('ignore-world'),
    rageClean: yes('rage-clean'),
    emptytree: yes('emptytree'),
    ask: yes('ask'),
    color: given.color !== 'n' && given.color !== undefined,
    /** y, n, or undefined: Portage decides. */
    withBdeps: given['with-bdeps'],
    respectUse: given['binpkg-respect-use'],
    changedDeps: given['binpkg-changed-deps'],
    autounmaskContinue: yes('autounmask-continue'),
    keepGoing: yes('keep-going'),
  };
}
