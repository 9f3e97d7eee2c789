/** What is installed: /var/db/pkg, and the world file. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { byText } from '../grammar/text-order.mjs';
import { compareVersions, splitCpv } from '../grammar/versions.mjs';
import { packageFacts } from './ebuilds.mjs';
import { readConfigLines } from './make-conf.mjs';
import { words } from './settings.mjs';

/** @returns {ReturnType<typeof makeInstalled>[]} sorted by name, oldest version first */
export function readInstalled(host) {
  if (!existsSync(host.installedDir)) return [];
  const packages = readdirSync(host.installedDir).flatMap((category) =>
    readdirSync(join(host.installedDir, category))
      .filter((pf) => splitCpv(`${category}/${pf}`) && !pf.startsWith('-MERGING-'))
      .map((pf) => makeInstalled(host, `${category}/${pf}`)),
  );
  return packages.sort((a, b) => (a.cp < b.cp ? -1 : a.cp > b.cp ? 1 : compareVersions(a.version, b.version)));
}

function makeInstalled(host, cpv) {
  const directory = join(host.installedDir, cpv);
  const metadata = {};
  for (const name of readdirSync(directory)) {
    if (/^[A-Za-z_]+$/.test(name) && name !== 'CONTENTS')
      metadata[name] = readFileSync(join(directory, name), 'utf8').trim();
  }
  const facts = packageFacts(cpv, metadata);
  return {
    kind: 'installed',
    repository: metadata.repository ?? '',
    ...facts,
    enabled: new Set(words(metadata.USE).filter((flag) => facts.iuse.has(flag))),
  };
}

/**
 * Writes the package's entry, as a merge does, and takes the one away that it replaces.
 * @param {Record<string, string>} files by name, with their text
 */
export function recordInstalled(host, { cpv, files, replaces }) {
  const directory = join(host.installedDir, cpv);
  const fresh = join(host.installedDir, cpv.split('/')[0], `-MERGING-${cpv.split('/')[1]}`);
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(fresh, name), text.endsWith('\n') ? text : `${text}\n`);
  for (const old of replaces) rmSync(join(host.installedDir, old), { recursive: true, force: true });
  rmSync(directory, { recursive: true, force: true });
  renameSync(fresh, directory);
}

export const readWorld = (host) => readConfigLines(host.worldFile).sort(byText);

export const addToWorld = (host, cps) => writeWorld(host, [...new Set([...readWorld(host), ...cps])]);

/** @param {(line: string) => boolean} isGone */
export function removeFromWorld(host, isGone) {
  const lines = readWorld(host);
  const left = lines.filter((line) => !isGone(line));
  if (left.length < lines.length) writeWorld(host, left);
}

function writeWorld(host, lines) {
  mkdirSync(join(host.worldFile, '..'), { recursive: true });
  writeFileSync(
    host.worldFile,
    lines
      .sort(byText)
      .map((line) => `${line}\n`)
      .join(''),
  );
}
