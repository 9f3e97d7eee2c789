/** make.conf and make.defaults: KEY="value" lines, comments, `${KEY}` and line breaks inside quotes. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ASSIGNMENT =
  /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)=(?:"((?:[^"\\]|\\[\s\S])*)"|'([^']*)'|([^\s#"']*))/gm;

/**
 * @param {string} text
 * @param {Record<string, string>} [known] values for `${KEY}`
 * @returns {Record<string, string>}
 */
export function parseMakeConf(text, known = {}) {
  const found = {};
  for (const [, key, double, single, bare] of text.matchAll(ASSIGNMENT)) {
    const value = single ?? expand(double ?? bare ?? '', { ...known, ...found });
    found[key] = value.replace(/\\\n/g, ' ').replace(/\s+/g, ' ').trim();
  }
  return found;
}

const expand = (text, values) => text.replace(/\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?/g, (_, name) => values[name] ?? '');

/** Lines of a configuration file, or of all files of a directory of that name, without comments. */
export function readConfigLines(path) {
  return readConfigFiles(path).flatMap((text) =>
    text
      .split('\n')
      .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
      .filter(Boolean),
  );
}

/** @returns {string[]} the texts of a file, or of a directory's files in the order of their names */
export function readConfigFiles(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [readFileSync(path, 'utf8')];
  return readdirSync(path)
    .filter((name) => !name.startsWith('.') && !name.endsWith('~'))
    .sort()
    .flatMap((name) => readConfigFiles(join(path, name)));
}

/** Sections of an ini file: repos.conf, binrepos.conf. Later files win key by key. */
export function parseIni(texts) {
  const sections = new Map();
  for (const text of texts) {
    let section;
    for (const raw of text.split('\n')) {
      const line = raw.trim();
      const header = /^\[(.+)\]$/.exec(line);
      if (header) {
        section = sections.get(header[1]) ?? {};
        sections.set(header[1], section);
      } else if (section && /^[^#;=]+=/.test(line)) {
        const at = line.indexOf('=');
        section[line.slice(0, at).trim()] = line.slice(at + 1).trim();
      }
    }
  }
  return sections;
}
