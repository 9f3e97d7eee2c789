/** PKGDIR: its gpkg files and its own index. */
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openGpkg, readGpkgMetadata } from './gpkg.mjs';
import { formatIndex, makeBinary, parseIndex } from './package-index.mjs';

/** Local binaries by the index; files that it does not know are read and count as well. */
export async function loadLocalBinaries(settings) {
  const directory = settings.path('PKGDIR');
  const { entries } = await readDirectory(directory);
  return entries.map((entry) => makeBinary(entry, { remote: false, source: { location: directory, verify: false } }));
}

async function readDirectory(directory) {
  const file = join(directory, 'Packages');
  const index = existsSync(file) ? parseIndex(readFileSync(file, 'utf8')) : { header: {}, entries: [] };
  const byPath = new Map(index.entries.map((entry) => [entry.PATH, entry]));
  const entries = [];
  for (const path of gpkgFiles(directory)) {
    const { size, mtimeMs } = statSync(join(directory, path));
    const known = byPath.get(path);
    if (known && Number(known.SIZE) === size && known.MTIME === String(Math.floor(mtimeMs / 1000))) entries.push(known);
    else if (size > 0) entries.push(await indexEntry(directory, path).catch(() => undefined));
  }
  return { header: index.header, entries: entries.filter(Boolean) };
}

function gpkgFiles(directory) {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile() && each.name.endsWith('.gpkg.tar'))
    .map((each) => relative(directory, join(each.parentPath ?? each.path, each.name)))
    .sort();
}

const INDEX_KEYS = [
  'BDEPEND',
  'BUILD_ID',
  'BUILD_TIME',
  'DEFINED_PHASES',
  'DEPEND',
  'EAPI',
  'IDEPEND',
  'IUSE',
  'KEYWORDS',
  'LICENSE',
  'PDEPEND',
  'PROPERTIES',
  'PROVIDES',
  'RDEPEND',
  'REQUIRES',
  'RESTRICT',
  'USE',
];

async function indexEntry(directory, path) {
  const bytes = readFileSync(join(directory, path));
  const { members } = await openGpkg(bytes);
  const metadata = await readGpkgMetadata(members);
  const entry = Object.fromEntries(INDEX_KEYS.filter((key) => metadata[key]).map((key) => [key, metadata[key]]));
  const digest = (algorithm) => createHash(algorithm).update(bytes).digest('hex');
  return {
    ...entry,
    CPV: `${metadata.CATEGORY}/${metadata.PF}`,
    MD5: digest('md5'),
    SHA1: digest('sha1'),
    SIZE: String(bytes.length),
    MTIME: String(Math.floor(statSync(join(directory, path)).mtimeMs / 1000)),
    PATH: path,
    REPO: metadata.repository,
    SLOT: metadata.SLOT === '0' ? '' : metadata.SLOT,
  };
}

/** Writes Packages (and Packages.gz) anew from the files that are there. */
export async function writeIndex(settings) {
  const directory = settings.path('PKGDIR');
  const { header, entries } = await readDirectory(directory);
  const now = Math.floor(Date.now() / 1000);
  const kept = [
    'ACCEPT_KEYWORDS',
    'ACCEPT_LICENSE',
    'ARCH',
    'CHOST',
    'FEATURES',
    'USE',
    'USE_EXPAND',
    'USE_EXPAND_HIDDEN',
  ];
  const own = Object.fromEntries(kept.map((name) => [name, settings.values[name] ?? '']));
  const text = formatIndex({
    header: { ...header, ...own, PACKAGES: String(entries.length), TIMESTAMP: String(now), VERSION: '0' },
    entries,
  });
  for (const [name, bytes] of [
    ['Packages', text],
    ['Packages.gz', gzipSync(text)],
  ]) {
    const file = join(directory, String(name));
    writeFileSync(`${file}.${process.pid}`, bytes);
    renameSync(`${file}.${process.pid}`, file);
  }
}

/**
 * Takes the next free build number of a package in PKGDIR by making its file, empty for now, as Portage does.
 * @returns {{ file: string, buildId: number }}
 */
export function reserveFile(directory, { category, name, pf }) {
  const folder = join(directory, category, name);
  mkdirSync(folder, { recursive: true });
  const numbers = readdirSync(folder).map((each) =>
    each.startsWith(`${pf}-`) ? /-(\d+)\.gpkg\.tar$/.exec(each)?.[1] : undefined,
  );
  for (let buildId = Math.max(0, ...numbers.map((each) => Number(each ?? 0))) + 1; ; buildId++) {
    const file = join(folder, `${pf}-${buildId}.gpkg.tar`);
    try {
      closeSync(openSync(file, 'wx'));
      return { file, buildId };
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
  }
}

export function fillFile(file, bytes) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}.part`, bytes);
  renameSync(`${file}.${process.pid}.part`, file);
}
