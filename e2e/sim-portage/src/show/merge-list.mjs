/** The merge list as text, line by line like `emerge --pretend` with verbosity 2 or 3, and its totals. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { compareVersions } from '../grammar/versions.mjs';
import { packageBehaviour } from '../host/host.mjs';
import { maskMark } from '../host/package-config.mjs';
import { useStrings } from './use-string.mjs';

/**
 * @param {{ list: any[], useOf: (pkg: any) => Set<string>, rebuilds: Map<any, any[]> }} resolution
 * @param {any} system
 * @param {any} options
 * @returns {string}
 */
export function mergeListText(resolution, system, options) {
  const totals = {
    upgrade: 0,
    downgrade: 0,
    new: 0,
    slot: 0,
    reinstall: 0,
    uninstall: 0,
    blocks: 0,
    binary: 0,
    interactive: 0,
    bytes: 0,
    fetch: 0,
    fetchDone: 0,
  };
  const forced = new Set([...resolution.rebuilds.keys(), ...[...resolution.rebuilds.values()].flat()]);
  const lines = resolution.list.flatMap((pkg) => [
    line({ pkg, resolution, system, options, totals, forced }),
    ...(resolution.uninstalls.get(pkg) ?? []).map((each) => uninstallText(each, { system, options, totals })),
  ]);
  if (options.verbosity < 3) return lines.join('');
  return `${lines.join('')}\n${totalsText(totals)}\n`;
}

function line({ pkg, resolution, system, options, totals, forced }) {
  const installed = system.installed.filter((each) => each.cp === pkg.cp);
  const change = changeOf(pkg, installed);
  count(totals, pkg, change);
  const previous = previousOf(pkg, installed);
  const marks = markText({ pkg, system, change, isForced: forced.has(pkg), options });
  const name = `${pkg.cpv}${pkg.kind === 'binary' && pkg.buildId ? `-${pkg.buildId}` : ''}`;
  const slot = options.verbosity === 3 ? slotText(pkg, change) + `::${pkg.repository}` : '';
  const old = oldText(pkg, change, options);
  const use =
    options.verbosity === 1
      ? ''
      : useStrings({
          pkg,
          previous,
          enabled: resolution.useOf(pkg),
          system,
          allFlags: options.verbosity === 3,
        });
  const size = options.verbosity === 3 ? sizeText(pkg, system, totals) : '';
  const head = `[${pkg.kind} ${marks}] ${name}${slot} ${old}`;
  return `${use || size ? `${head} ${use}${size}` : head}\n`;
}

/** What the package above drives out, and the blockers that this satisfies. */
function uninstallText({ installed: pkg, lines }, { system, options, totals }) {
  totals.uninstall++;
  totals.blocks += lines.length;
  const marks = options.verbosity > 1 ? '     ' : '    ';
  const place = options.verbosity === 3 ? `${slotText(pkg, { old: [] })}::${pkg.repository}` : '';
  const use =
    options.verbosity === 3 ? useStrings({ pkg, previous: pkg, enabled: pkg.enabled, system, allFlags: true }) : '';
  const blocks = lines.map((each) => `[blocks b ${marks}] ${each}\n`);
  return `[uninstall${marks}] ${pkg.cpv}${place} ${use && ` ${use}`}\n${blocks.join('')}`;
}

/** What the merge does to what is installed. */
function changeOf(pkg, installed) {
  const same = installed.find((each) => each.version === pkg.version);
  if (same) {
    const differs = same.slot !== pkg.slot || same.subslot !== pkg.subslot || same.repository !== pkg.repository;
    return { kind: 'reinstall', old: differs ? [same] : [] };
  }
  const inSlot = installed.filter((each) => each.slot === pkg.slot);
  if (inSlot.length > 0) {
    const isLower = inSlot.some((each) => compareVersions(each.version, pkg.version) > 0);
    return { kind: isLower ? 'downgrade' : 'upgrade', old: inSlot };
  }
  return installed.length > 0 ? { kind: 'slot', old: installed } : { kind: 'new', old: [] };
}

function previousOf(pkg, installed) {
  return (
    installed.find((each) => each.version === pkg.version) ??
    installed.find((each) => each.slot === pkg.slot) ??
    installed.at(-1)
  );
}

function count(totals, pkg, change) {
  totals[change.kind]++;
  if (pkg.kind === 'binary') totals.binary++;
  if (pkg.properties.includes('interactive')) totals.interactive++;
}

function markText({ pkg, system, change, isForced, options }) {
  const isNew = change.kind === 'new' || change.kind === 'slot';
  const updates = change.kind === 'upgrade' || change.kind === 'downgrade';
  return [
    pkg.properties.includes('interactive') ? 'I' : ' ',
    isForced && !isNew ? 'r' : isNew ? 'N' : ' ',
    change.kind === 'reinstall' ? 'R' : change.kind === 'slot' ? 'S' : ' ',
    fetchMark(pkg, system),
    updates ? 'U' : ' ',
    change.kind === 'downgrade' ? 'D' : ' ',
    options.verbosity > 1 ? maskMark(pkg, system.settings) : '',
  ].join('');
}

function fetchMark(pkg, system) {
  if (pkg.kind === 'ebuild' && pkg.restrict.includes('fetch')) {
    return packageBehaviour(system.host, pkg.cpv).downloadKiB > 0 ? 'F' : 'f';
  }
  return pkg.remote ? 'g' : ' ';
}

const isPlain = (pkg) => pkg.slot === '0' && pkg.subslot === '0';

function slotText(pkg, change) {
  if (change.kind === 'slot') return `:${pkg.slot}${pkg.slot === pkg.subslot ? '' : `/${pkg.subslot}`}`;
  if ([...change.old, pkg].every(isPlain)) return '';
  const showsSubslot =
    pkg.slot !== pkg.subslot || change.old.some((each) => each.slot === pkg.slot && each.subslot !== pkg.subslot);
  return `:${pkg.slot}${showsSubslot ? `/${pkg.subslot}` : ''}`;
}

function oldText(pkg, change, options) {
  if (change.old.length === 0) return '';
  const versions = change.old.map((each) =>
    options.verbosity === 3 ? `${each.version}${oldSlot(pkg, change, each)}::${each.repository}` : each.version,
  );
  return `[${versions.join(', ')}]`;
}

function oldSlot(pkg, change, old) {
  if (change.kind === 'slot') return `:${old.slot}${old.slot === old.subslot ? '' : `/${old.subslot}`}`;
  if ([...change.old, pkg].every(isPlain)) return '';
  const showsSubslot = old.slot !== old.subslot || (old.slot === pkg.slot && old.subslot !== pkg.subslot);
  return `:${old.slot}${showsSubslot ? `/${old.subslot}` : ''}`;
}

function sizeText(pkg, system, totals) {
  const bytes = pkg.kind === 'binary' ? toDownload(pkg) : packageBehaviour(system.host, pkg.cpv).downloadKiB * 1024;
  totals.bytes += bytes;
  if (pkg.kind === 'ebuild' && pkg.restrict.includes('fetch')) {
    totals.fetch++;
    if (bytes === 0) totals.fetchDone++;
  }
  return kib(bytes);
}

/** A file that was fetched before costs nothing more. */
export function toDownload(pkg) {
  if (!pkg.remote) return 0;
  const file = join(pkg.source.location, pkg.path);
  return existsSync(file) ? Math.max(0, pkg.size - statSync(file).size) : pkg.size;
}

const kib = (bytes) => `${Math.ceil(bytes / 1024)} KiB`;

function totalsText(totals) {
  const count = totals.upgrade + totals.downgrade + totals.new + totals.slot + totals.reinstall;
  const parts = [
    plural(totals.upgrade, 'upgrade', 'upgrades'),
    plural(totals.downgrade, 'downgrade', 'downgrades'),
    plural(totals.new, 'new', 'new'),
    plural(totals.slot, 'in new slot', 'in new slots'),
    plural(totals.reinstall, 'reinstall', 'reinstalls'),
    plural(totals.uninstall, 'uninstall', 'uninstalls'),
    plural(totals.binary, 'binary', 'binaries'),
    plural(totals.interactive, 'interactive', 'interactive'),
  ].filter(Boolean);
  const details = count > 0 ? ` (${parts.join(', ')})` : '';
  const fetch =
    totals.fetch > 0
      ? `\nFetch Restriction: ${totals.fetch} package${totals.fetch > 1 ? 's' : ''}${totals.fetchDone < totals.fetch ? ` (${totals.fetch - totals.fetchDone} unsatisfied)` : ''}`
      : '';
  const conflict = totals.blocks > 0 ? `\nConflict: ${plural(totals.blocks, 'block', 'blocks')} (all satisfied)` : '';
  return `Total: ${count} package${count === 1 ? '' : 's'}${details}, Size of downloads: ${kib(totals.bytes)}${fetch}${conflict}`;
}

const plural = (n, one, many) => (n === 0 ? '' : `${n} ${n === 1 ? one : many}`);
