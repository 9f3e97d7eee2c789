/**
 * The order of versions by PMS ("Version Comparison"): numbers, then the letter, then the suffixes, then the revision.
 * Numbers are compared as digit strings, so that no length overflows.
 */
type Suffix = 'alpha' | 'beta' | 'pre' | 'rc' | 'p';
const SUFFIX_RANK: Record<Suffix, number> = { alpha: -4, beta: -3, pre: -2, rc: -1, p: 1 };
/** The place of a version without a further suffix: behind `_rc`, before `_p`. */
const NO_SUFFIX_RANK = 0;

interface VersionParts {
  numbers: string[];
  letter: string;
  suffixes: { kind: Suffix; number: string }[];
  revision: string;
}

/**
 * @param a a version with or without revision, `1.2.3b_rc1-r4`
 * @returns negative where `a` is older, 0 where they are equal (`1.0` and `1.0-r0`), positive where `a` is newer;
 *   text that is no version comes before every version, and such texts follow the order of their characters
 */
export function compareVersions(a: string, b: string): number {
  const left = parseVersion(a);
  const right = parseVersion(b);
  if (!left || !right) return left ? 1 : right ? -1 : compareText(a, b);
  return (
    compareNumbers(left.numbers, right.numbers) ||
    compareText(left.letter, right.letter) ||
    compareSuffixes(left.suffixes, right.suffixes) ||
    compareDigits(left.revision, right.revision)
  );
}

function parseVersion(text: string): VersionParts | undefined {
  const match = /^(\d+(?:\.\d+)*)([a-z]?)((?:_(?:alpha|beta|pre|rc|p)\d*)*)(?:-r(\d+))?$/.exec(text);
  if (!match) return undefined;
  const [, numbers = '', letter = '', suffixes = '', revision = '0'] = match;
  return {
    numbers: numbers.split('.'),
    letter,
    suffixes: [...suffixes.matchAll(/_(alpha|beta|pre|rc|p)(\d*)/g)].map(([, kind, number = '']) => ({
      kind: kind as Suffix,
      number,
    })),
    revision,
  };
}

/** The first as whole numbers; a later one with a leading zero on either side as a fraction; more of them is newer. */
function compareNumbers(a: string[], b: string[]): number {
  const first = compareDigits(a[0] ?? '', b[0] ?? '');
  if (first !== 0) return first;
  for (let index = 1; index < Math.min(a.length, b.length); index++) {
    const left = a[index] ?? '';
    const right = b[index] ?? '';
    const isFraction = left.startsWith('0') || right.startsWith('0');
    const order = isFraction ? compareText(trimEnd(left), trimEnd(right)) : compareDigits(left, right);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareSuffixes(a: VersionParts['suffixes'], b: VersionParts['suffixes']): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const left = a[index];
    const right = b[index];
    const leftRank = left ? SUFFIX_RANK[left.kind] : NO_SUFFIX_RANK;
    const rightRank = right ? SUFFIX_RANK[right.kind] : NO_SUFFIX_RANK;
    if (leftRank !== rightRank) return leftRank - rightRank;
    const order = compareDigits(left?.number ?? '', right?.number ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

/** Digit strings as whole numbers of any length; none at all is 0. */
function compareDigits(a: string, b: string): number {
  const left = a.replace(/^0+/, '');
  const right = b.replace(/^0+/, '');
  return left.length - right.length || compareText(left, right);
}

/** Without zeros at the end; a loop, since a pattern that ends there is tried at every zero. */
function trimEnd(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === '0') end--;
  return digits.slice(0, end);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
