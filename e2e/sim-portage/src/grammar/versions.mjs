/** Version order by PMS, "Version Comparison". */

const SUFFIX_ORDER = { alpha: 0, beta: 1, pre: 2, rc: 3, '': 4, p: 5 };
const VERSION = /^(\d+(?:\.\d+)*)([a-z]?)((?:_(?:alpha|beta|pre|rc|p)\d*)*)(?:-r(\d+))?$/;
const PACKAGE_VERSION = /^(.+?)-(\d+(?:\.\d+)*[a-z]?(?:_(?:alpha|beta|pre|rc|p)\d*)*(?:-r\d+)?)$/;

/**
 * @param {string} left
 * @param {string} right
 * @returns {number} negative, 0 or positive
 */
export function compareVersions(left, right) {
  const a = VERSION.exec(left);
  const b = VERSION.exec(right);
  if (!a || !b) throw new Error(`simulated Portage: expected two versions, got '${left}' and '${right}'`);
  return (
    compareNumbers(a[1].split('.'), b[1].split('.')) ||
    compareText(a[2], b[2]) ||
    compareSuffixes(a[3], b[3]) ||
    compareIntegers(a[4] ?? '0', b[4] ?? '0')
  );
}

/** The first component is a number; the others are compared as decimals where one starts with 0. */
function compareNumbers(a, b) {
  const first = compareIntegers(a[0], b[0]);
  if (first) return first;
  for (let i = 1; i < Math.min(a.length, b.length); i++) {
    const decimal = a[i].startsWith('0') || b[i].startsWith('0');
    const order = decimal ? compareText(a[i].replace(/0+$/, ''), b[i].replace(/0+$/, '')) : compareIntegers(a[i], b[i]);
    if (order) return order;
  }
  return a.length - b.length;
}

function compareSuffixes(a, b) {
  const left = a.split('_').slice(1);
  const right = b.split('_').slice(1);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [, leftName, leftNumber] = /^([a-z]*)(\d*)$/.exec(left[i] ?? '');
    const [, rightName, rightNumber] = /^([a-z]*)(\d*)$/.exec(right[i] ?? '');
    const order =
      SUFFIX_ORDER[leftName] - SUFFIX_ORDER[rightName] || compareIntegers(leftNumber || '0', rightNumber || '0');
    if (order) return order;
  }
  return 0;
}

const compareIntegers = (a, b) => (BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0);
const compareText = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/**
 * `sys-fs/fuse-2.6.1-r1` → { cp, category, name, version }; undefined where it is no category/name-version.
 * @param {string} cpv
 */
export function splitCpv(cpv) {
  const [category, pf, rest] = cpv.split('/');
  const match = pf === undefined || rest !== undefined ? null : matchPackageVersion(pf);
  if (!match) return undefined;
  return { category, name: match.name, cp: `${category}/${match.name}`, version: match.version, pf };
}

/** The longest name wins: a name may end in hyphen and digits only if that is no version. */
function matchPackageVersion(pf) {
  const match = PACKAGE_VERSION.exec(pf);
  return match ? { name: match[1], version: match[2] } : undefined;
}

/** @param {string} version without `-rN` */
export function withoutRevision(version) {
  return version.replace(/-r\d+$/, '');
}
