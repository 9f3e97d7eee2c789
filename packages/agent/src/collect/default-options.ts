import { splitShellWords } from './shell-words.ts';

/**
 * What of a node's EMERGE_DEFAULT_OPTS goes into a look. In: the variable's text. Out: the options that change the *result*
 * (`--with-bdeps`, `--usepkg-exclude`, `--backtrack`, …) in their order. Options that change the display, ask, or act are
 * dropped, and so are --getbinpkgonly and --usepkgonly: with them the list names nothing that would be compiled, and neither
 * `=n` nor any other option undoes them.
 */
export interface DefaultOptions {
  kept: string[];
  /** The node never compiles by itself: --getbinpkgonly or --usepkgonly stood there. */
  binaryOnly: boolean;
}

/** @returns undefined where Portage itself could not read the text (a quote that is not closed) */
export function keepResultOptions(text: string): DefaultOptions | undefined {
  const words = splitShellWords(text);
  if (!words) return undefined;
  const result: DefaultOptions = { kept: [], binaryOnly: false };
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word.startsWith('--')) at += takeLong(word, words[at + 1], result);
    else if (/^-[^-]/.test(word)) at += takeShort(word, words[at + 1], result);
    else result.kept.push(word);
  }
  return result;
}

/** What may follow a dropped option as a word of its own. */
type Follows = 'nothing' | 'y-or-n' | 'number' | 'a-word';

const DROPPED: Record<string, Follows> = {
  // It waits for a terminal, or makes a noise.
  '--ask': 'y-or-n',
  '--ask-enter-invalid': 'nothing',
  '--alert': 'y-or-n',
  // It changes how the list is printed.
  '--quiet': 'y-or-n',
  '--quiet-build': 'y-or-n',
  '--quiet-fail': 'y-or-n',
  '--quiet-repo-display': 'nothing',
  '--quiet-unmerge-warn': 'nothing',
  '--columns': 'nothing',
  '--tree': 'nothing',
  '--unordered-display': 'nothing',
  '--alphabetical': 'nothing',
  '--verbose': 'y-or-n',
  '--color': 'a-word',
  '--nospinner': 'nothing',
  '--debug': 'nothing',
  '--read-news': 'y-or-n',
  '--misspell-suggestions': 'a-word',
  '--fuzzy-search': 'y-or-n',
  // It is about building, not about what to build.
  '--jobs': 'number',
  '--jobs-tmpdir-require-free-gb': 'number',
  '--load-average': 'number',
  '--keep-going': 'y-or-n',
  '--buildpkg': 'y-or-n',
  '--buildpkg-exclude': 'a-word',
  '--buildpkgonly': 'nothing',
  '--fetchonly': 'nothing',
  '--fetch-all-uri': 'nothing',
  '--fail-clean': 'y-or-n',
  '--noconfmem': 'nothing',
  // It acts, or would make the look a different one.
  '--pretend': 'nothing',
  '--resume': 'nothing',
  '--skipfirst': 'nothing',
  '--autounmask-write': 'y-or-n',
  '--autounmask-continue': 'y-or-n',
  '--autounmask-only': 'y-or-n',
  '--ignore-default-opts': 'nothing',
  '--getbinpkg': 'y-or-n',
  '--getbinpkgonly': 'y-or-n',
  '--usepkg': 'y-or-n',
  '--usepkgonly': 'y-or-n',
};

const BINARY_ONLY = ['--getbinpkgonly', '--usepkgonly'];

const SHORT: Record<string, string> = {
  a: '--ask',
  A: '--alert',
  b: '--buildpkg',
  B: '--buildpkgonly',
  d: '--debug',
  f: '--fetchonly',
  F: '--fetch-all-uri',
  g: '--getbinpkg',
  G: '--getbinpkgonly',
  j: '--jobs',
  k: '--usepkg',
  K: '--usepkgonly',
  p: '--pretend',
  q: '--quiet',
  r: '--resume',
  t: '--tree',
  v: '--verbose',
};

/** @returns how many words behind this one belong to it */
function takeLong(word: string, next: string | undefined, result: DefaultOptions): number {
  const [name = '', value] = word.split('=', 2);
  const follows = DROPPED[name];
  if (!follows) {
    result.kept.push(word);
    return 0;
  }
  const takesNext = value === undefined && belongsTo(follows, next);
  if (BINARY_ONLY.includes(name) && (value ?? (takesNext ? next : 'y')) !== 'n') result.binaryOnly = true;
  return takesNext ? 1 : 0;
}

/** A cluster such as `-avDj4`: the letters of dropped options go, the others stay together. */
function takeShort(word: string, next: string | undefined, result: DefaultOptions): number {
  let rest = '';
  let taken = 0;
  for (let at = 1; at < word.length; at++) {
    const letter = word.charAt(at);
    const name = SHORT[letter];
    if (!name) {
      rest += letter;
      continue;
    }
    if (BINARY_ONLY.includes(name)) result.binaryOnly = true;
    const attached = /^(?:\d+|[yn]$)/.exec(word.slice(at + 1))?.[0] ?? '';
    if (DROPPED[name] === 'number') at += attached.length;
    const isLast = at >= word.length - 1;
    if (isLast && attached === '' && belongsTo(DROPPED[name] ?? 'nothing', next)) taken = 1;
  }
  if (rest) result.kept.push(`-${rest}`);
  return taken;
}

function belongsTo(follows: Follows, next: string | undefined): boolean {
  if (next === undefined) return false;
  if (follows === 'a-word') return true;
  if (follows === 'y-or-n') return next === 'y' || next === 'n';
  return follows === 'number' && /^(?:\d+(?:\.\d+)?|y|n)$/.test(next);
}
