/**
 * The remote indexes of binrepos.conf, by real HTTP, cached as Portage does it.
 * May fail: an unreachable host prints Portage's lines and the cached copy is used with --pretend, else nothing of it.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseIni, readConfigFiles } from '../host/make-conf.mjs';
import { formatIndex, makeBinary, parseIndex } from './package-index.mjs';

/** @returns {{ name: string, uri: string, priority: number, location: string, verify: boolean }[]} highest priority first */
export function readBinaryHosts(host, settings) {
  const sections = parseIni(readConfigFiles(join(host.configDir, 'binrepos.conf')));
  const defaults = sections.get('DEFAULT') ?? {};
  const hosts = [...sections]
    .filter(([name, section]) => name !== 'DEFAULT' && section['sync-uri'])
    .map(([name, section]) => ({
      name,
      uri: section['sync-uri'].replace(/\/+$/, ''),
      priority: Number(section.priority ?? 0),
      location: host.inside(section.location ?? `/var/cache/binhost/${name}`),
      verify:
        (section['verify-signature'] ?? defaults['verify-signature'] ?? 'true').toLowerCase() === 'true' &&
        !settings.features.has('binpkg-ignore-signature'),
    }));
  return hosts.sort((a, b) => b.priority - a.priority || (a.name < b.name ? -1 : 1));
}

/**
 * @param {{ host: any, settings: any, pretend: boolean, output: import('../commands/run-program.mjs').Output }} call
 * @returns {Promise<any[]>} binaries; the host of higher priority first
 */
export async function loadRemoteBinaries({ host, settings, pretend, output }) {
  const hosts = readBinaryHosts(host, settings);
  if (hosts.length === 0)
    output.err('!!! binrepos.conf is missing (or PORTAGE_BINHOST is unset), but use is requested.\n');
  const all = [];
  for (const each of hosts) {
    const index = await refreshIndex({ host, binaryHost: each, pretend, output });
    for (const entry of index?.entries ?? []) all.push(makeBinary(entry, { remote: true, source: each }));
  }
  return all;
}

async function refreshIndex({ host, binaryHost, pretend, output }) {
  const file = cacheFile(host, binaryHost.uri);
  const cached = existsSync(file) ? parseIndex(readFileSync(file, 'utf8')) : undefined;
  const local = Number(cached?.header.TIMESTAMP ?? 0);
  try {
    const answer = await fetchIndex(binaryHost.uri, local);
    if (!answer) {
      output.err(`[${binaryHost.name}] Local copy of remote index is up-to-date and will be used.\n`);
      return cached;
    }
    const fresh = parseIndex(answer.text);
    const remote = answer.lastModified || Number(fresh.header.TIMESTAMP ?? 0);
    if (!remote) output.err(`\n\n!!! [${binaryHost.name}] Binhost package index  has no TIMESTAMP field.\n`);
    if (!remote) return undefined;
    // Adopted only if it is newer in whole seconds.
    if (local && remote <= local) return cached;
    storeIndex(file, fresh);
    return fresh;
  } catch (error) {
    output.err(`\n\n!!! [${binaryHost.name}] Error fetching binhost package info from '${binaryHost.uri}'\n`);
    output.err(`!!! [${binaryHost.name}] ${errorText(error)}\n\n`);
    if (!pretend) return undefined;
    output.err(`[${binaryHost.name}] Local copy of unavailable remote index will be used due to --pretend\n`);
    return cached;
  }
}

/** Named by host and path, without the port. */
function cacheFile(host, uri) {
  const url = new URL(uri);
  return join(host.root, 'var/cache/edb/binhost', url.hostname, url.pathname, 'Packages');
}

/** @returns undefined where the server says 304 */
async function fetchIndex(uri, local) {
  const headers = local ? { 'If-Modified-Since': new Date(local * 1000).toUTCString() } : {};
  for (const name of ['Packages.gz', 'Packages']) {
    const response = await fetch(`${uri}/${name}`, { headers, signal: AbortSignal.timeout(20_000) });
    const body = Buffer.from(await response.arrayBuffer());
    if (response.status === 304) return undefined;
    if (response.status === 404 && name === 'Packages.gz') continue;
    if (!response.ok) throw new Error(`HTTP Error ${response.status}: ${response.statusText}`);
    const modified = Date.parse(response.headers.get('last-modified') ?? '') / 1000;
    const text = (body[0] === 0x1f && body[1] === 0x8b ? gunzipSync(body) : body).toString();
    return { text, lastModified: Number.isFinite(modified) ? Math.floor(modified) : 0 };
  }
  throw new Error('HTTP Error 404: Not Found');
}

function storeIndex(file, index) {
  index.header.DOWNLOAD_TIMESTAMP = String(Math.floor(Date.now() / 1000));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, formatIndex(index));
  renameSync(`${file}.${process.pid}`, file);
}

const ERRNO = {
  ECONNREFUSED: [111, 'Connection refused'],
  EHOSTUNREACH: [113, 'No route to host'],
  ENETUNREACH: [101, 'Network is unreachable'],
  ECONNRESET: [104, 'Connection reset by peer'],
};

function errorText(error) {
  const code = error.cause?.code ?? error.code;
  if (ERRNO[code]) return `<urlopen error [Errno ${ERRNO[code][0]}] ${ERRNO[code][1]}>`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return '<urlopen error [Errno -2] Name or service not known>';
  if (error.name === 'TimeoutError') return '<urlopen error timed out>';
  return error.message.startsWith('HTTP Error')
    ? error.message
    : `<urlopen error ${error.cause?.message ?? error.message}>`;
}
