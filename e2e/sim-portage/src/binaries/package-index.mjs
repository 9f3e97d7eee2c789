/** The text of a `Packages` file: a header, then one block a package. */
import { packageFacts } from '../host/ebuilds.mjs';
import { words } from '../host/settings.mjs';

/** @returns {{ header: Record<string, string>, entries: Record<string, string>[] }} */
export function parseIndex(text) {
  const blocks = text.split(/\n\n+/).map((block) => Object.fromEntries(block.split('\n').filter(Boolean).map(pair)));
  const [header = {}, ...entries] = blocks;
  return { header, entries: entries.filter((entry) => entry.CPV) };
}

const pair = (line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()];

export function formatIndex({ header, entries }) {
  const block = (values) =>
    Object.entries(values)
      .filter(([, value]) => value !== '' && value !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => `${key}: ${value}\n`)
      .join('');
  return [header, ...entries].map((each) => `${block(each)}\n`).join('');
}

/**
 * @param {Record<string, string>} entry
 * @param {{ remote: boolean, source: any }} from where its file lies: a binrepos.conf entry or PKGDIR
 */
export function makeBinary(entry, { remote, source }) {
  const facts = packageFacts(entry.CPV, entry);
  return {
    kind: 'binary',
    ...facts,
    repository: entry.REPO ?? entry.repository ?? '',
    enabled: new Set(words(entry.USE).filter((flag) => facts.iuse.has(flag))),
    buildId: Number(entry.BUILD_ID ?? 0) || undefined,
    buildTime: Number(entry.BUILD_TIME ?? 0),
    size: Number(entry.SIZE ?? 0),
    path: entry.PATH ?? `${entry.CPV}.gpkg.tar`,
    remote,
    source,
  };
}
