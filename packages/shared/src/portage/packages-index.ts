/**
 * Portage's `Packages` file: a header, then one block of `KEY: value` lines per package, blocks parted by an empty line.
 * Keys are as they stand in the file (REPO, MTIME, DESC). What a block leaves out is Portage's default (SLOT 0, all others
 * empty), and for CHOST and REPO the value of the header.
 */
export interface PackagesIndex {
  header: Record<string, string>;
  entries: Record<string, string>[];
}

/**
 * Reads an index. Linear. Like Portage it passes over lines that are no `KEY: value` and blocks without a CPV; the caller
 * bounds the size.
 */
export function parsePackagesIndex(text: string): PackagesIndex {
  const [header = {}, ...blocks] = readBlocks(text);
  return { header, entries: blocks.filter((block) => block.CPV) };
}

function readBlocks(text: string): Record<string, string>[] {
  const blocks: Record<string, string>[] = [];
  let block: Record<string, string> = {};
  for (const line of text.split('\n')) {
    if (line === '') {
      blocks.push(block);
      block = {};
      continue;
    }
    const colon = line.indexOf(':');
    const key = line.slice(0, colon);
    // capital first: no key can name what every object has
    if (colon > 0 && /^[A-Z]\w*$/.test(key)) block[key] = line.slice(colon + 1).replace(/^ /, '');
  }
  blocks.push(block);
  return blocks;
}

/**
 * Writes an index as Portage does: keys in its order, entries by CPV, empty values left out, white space in values made
 * single blanks (so no value can start a line of its own). The header's PACKAGES is set to the number of entries.
 */
export function formatPackagesIndex(index: PackagesIndex): string {
  const entries = [...index.entries].sort(
    (a, b) => compareText(a.CPV ?? '', b.CPV ?? '') || compareText(a.PATH ?? '', b.PATH ?? ''),
  );
  const header = { ...index.header, PACKAGES: String(entries.length) };
  return [header, ...entries].map(formatBlock).join('');
}

/** Portage sorts by the names that it uses inside, and writes others for these. */
const INTERNAL_NAMES: Partial<Record<string, string>> = { DESC: 'DESCRIPTION', MTIME: '_mtime_', REPO: 'repository' };

function formatBlock(block: Record<string, string>): string {
  const internalName = (key: string): string => INTERNAL_NAMES[key] ?? key;
  const lines = Object.entries(block)
    .map(([key, value]) => [key, value.trim().replace(/\s+/g, ' ')] as const)
    .filter(([, value]) => value !== '')
    .sort(([a], [b]) => compareText(internalName(a), internalName(b)))
    .map(([key, value]) => `${key}: ${value}\n`);
  return `${lines.join('')}\n`;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
