/** One walk through the dependencies: from the targets to everything that belongs to them. */
import { matchesAtom, unmetNeeds, useNeeds } from '../grammar/atoms.mjs';
import { reduceDependencies } from '../grammar/dependencies.mjs';
import { NotSimulated } from './not-simulated.mjs';

/** Run-time dependencies are put into the graph first, and what was put in last is looked at next, as Portage does it. */
const BUILD_KEYS = ['DEPEND', 'BDEPEND'];
const RUN_KEYS = ['RDEPEND', 'IDEPEND', 'PDEPEND'];

/**
 * @param {any} look see resolve.mjs
 * @param {ReturnType<import('./candidates.mjs').makeChooser>} chooser
 */
export function walk(look, chooser) {
  const graph = {
    nodes: new Set(),
    /** @type {Map<any, Map<any, string>>} parent → child → the strongest kind of dependency */
    edges: new Map(),
    inSlot: look.inSlot,
    blockers: [],
    problems: [],
    onlydeps: new Set(),
    roots: new Set(),
    restart: false,
    useOf: chooser.useOf,
  };
  const run = { look, chooser, graph, stack: [], choices: [] };
  for (const target of look.targets) addTarget(run, target);
  for (const pkg of look.rebuild.values()) run.stack.push(() => addRebuild(run, pkg));
  while (run.stack.length + run.choices.length > 0 && !graph.restart) (run.stack.pop() ?? run.choices.pop())();
  return graph;
}

function addTarget(run, target) {
  const { atom, from } = target;
  const pkg = select(run, { atom, parent: undefined, isArgument: true, from, target });
  if (!pkg) return;
  run.graph.roots.add(pkg);
  if (run.look.options.onlydeps) run.graph.onlydeps.add(pkg);
}

/** A consumer that must be built again although nothing in the targets leads to it. */
function addRebuild(run, pkg) {
  if (run.graph.inSlot.has(`${pkg.cp}:${pkg.slot}`)) return;
  const text = `${pkg.cp}:${pkg.slot}`;
  const atom = { text, blocks: '', operator: '', cp: pkg.cp, slot: pkg.slot, use: [] };
  select(run, { atom, parent: undefined, isArgument: false, from: [] });
}

/** The package for an atom, put into the graph; undefined where there is none, which is noted as a problem. */
function select(run, want) {
  const { graph, chooser } = run;
  const needs = useNeeds(want.atom.use, want.parent ? chooser.useOf(want.parent) : new Set());
  const isArgument = want.isArgument && want.parent === undefined;
  const best = chooser.choose(want.atom, needs, { isArgument });
  const pkg = (run.look.options.nodeps ? undefined : inGraph(run, { atom: want.atom, needs, best })) ?? best;
  if (!pkg) {
    missing(run, want, needs);
    return undefined;
  }
  const there = graph.inSlot.get(`${pkg.cp}:${pkg.slot}`);
  // Without dependencies each target stands for itself: several instances of a package may be fetched in one call.
  if (there && there !== pkg && !run.look.options.nodeps) {
    throw new NotSimulated('slot conflicts', `${there.cpv} and ${pkg.cpv} in one slot, by ${want.atom.text}`);
  }
  if (there !== pkg) addNode(run, pkg, want);
  return pkg;
}

/** What stands in the slot of the best choice already serves if it fits, and anything that fits where there is no choice. */
function inGraph({ graph, chooser }, { atom, needs, best }) {
  return [...graph.inSlot.values()].find(
    (pkg) =>
      (!best || (pkg.cp === best.cp && pkg.slot === best.slot)) &&
      matchesAtom(atom, pkg) &&
      unmetNeeds(needs, pkg.iuse, chooser.useOf(pkg)).length === 0,
  );
}

function addNode(run, pkg, want) {
  run.graph.nodes.add(pkg);
  run.graph.inSlot.set(`${pkg.cp}:${pkg.slot}`, pkg);
  if (!run.look.options.nodeps) run.stack.push(() => addDependencies(run, pkg, want));
}

function addDependencies(run, pkg, want) {
  const above = want.chain ?? want.from ?? [];
  for (const key of dependencyKeys(run, pkg)) {
    const items = reduceDependencies(pkg.metadata[key] ?? '', run.chooser.useOf(pkg));
    for (const item of items) {
      // What is left open, `|| ( )`, is decided once everything else stands.
      if ('anyOf' in item) run.choices.push(() => addItem(run, { item, pkg, key, above }));
      else addItem(run, { item, pkg, key, above });
    }
  }
}

function dependencyKeys(run, pkg) {
  const { options } = run.look;
  if (pkg.kind === 'installed') {
    if (!options.deep) return [];
    const bdeps = options.withBdeps === 'y' || (options.withBdeps === undefined && options.update && !options.usepkg);
    return bdeps ? [...RUN_KEYS, ...BUILD_KEYS] : RUN_KEYS;
  }
  if (pkg.kind === 'binary') return options.withBdeps === 'y' ? [...RUN_KEYS, ...BUILD_KEYS] : RUN_KEYS;
  // Without --deep a package that is only built needs nothing at run time.
  if (options.buildpkgonly && !options.deep) return BUILD_KEYS;
  if (options.onlydeps && !options.onlydepsRuntime && run.graph.onlydeps.has(pkg)) return BUILD_KEYS;
  return [...RUN_KEYS, ...BUILD_KEYS];
}

function addItem(run, { item, pkg, key, above }) {
  const atoms = 'anyOf' in item ? alternative(run, item.anyOf, pkg) : [item];
  for (const atom of atoms) {
    if ('anyOf' in atom) addItem(run, { item: atom, pkg, key, above });
    else if (atom.blocks) run.graph.blockers.push({ atom, parent: pkg, key });
    else {
      const chain = [{ pkg, conditions: atom.conditions ?? [] }, ...above];
      const child = select(run, { atom: loosened(atom, pkg), parent: pkg, chain, isArgument: false });
      if (child && child !== pkg)
        addEdge(
          run.graph,
          pkg,
          child,
          BUILD_KEYS.includes(key) && pkg.kind === 'ebuild' ? 'build' : key === 'PDEPEND' ? 'post' : 'run',
        );
    }
  }
}

/** An installed package keeps its provider's slot; another sub-slot there means a rebuild, which resolve.mjs sees to. */
function loosened(atom, parent) {
  const bound = parent.kind === 'installed' && atom.slotOperator === '=' && atom.subslot !== undefined;
  return bound ? { ...atom, subslot: undefined } : atom;
}

const STRENGTH = { post: 0, run: 1, build: 2 };

function addEdge(graph, parent, child, kind) {
  const children = graph.edges.get(parent) ?? new Map();
  const before = children.get(child);
  if (before === undefined || STRENGTH[kind] > STRENGTH[before]) children.set(child, kind);
  graph.edges.set(parent, children);
}

/** Of `|| ( )`: the first alternative that is in the graph or installed as a whole, else the first that could be had. */
function alternative({ graph, look, chooser }, alternatives, parent) {
  const needsOf = (atom) => useNeeds(atom.use, chooser.useOf(parent));
  const all = (group, test) =>
    group.every((atom) => 'anyOf' in atom || atom.blocks !== '' || test(atom, needsOf(atom)));
  const fits = (atom, needs) => (pkg) =>
    matchesAtom(atom, pkg) && unmetNeeds(needs, pkg.iuse, chooser.useOf(pkg)).length === 0;
  const had = (atom, needs) => [...graph.nodes, ...look.system.installed].some(fits(atom, needs));
  const possible = (atom, needs) => chooser.choose(atom, needs, { isArgument: false }) !== undefined;
  return (
    alternatives.find((group) => all(group, had)) ??
    alternatives.find((group) => all(group, possible)) ??
    alternatives[0] ??
    []
  );
}

/** Nothing fits: a needed USE change, only masked packages, or none at all. */
function missing(run, want, needs) {
  const { look, graph, chooser } = run;
  const best = look.options.binaryOnly ? undefined : chooser.visibleEbuilds(want.atom)[0];
  const unmet = best ? unmetNeeds(needs, best.iuse, chooser.useOf(best)) : [];
  if (best && unmet.length > 0 && unmet.every(({ flag }) => best.iuse.has(flag)) && !look.useChanges.has(best.cpv)) {
    look.useChanges.set(best.cpv, Object.assign(new Map(unmet.map((need) => [need.flag, need])), { pkg: best, want }));
    graph.restart = true;
    return;
  }
  const masked = look.options.binaryOnly
    ? []
    : look.system.ebuilds.ofName(want.atom.cp).filter((pkg) => matchesAtom(want.atom, pkg));
  graph.problems.push({ kind: masked.length > 0 && !best ? 'masked' : 'missing', want, masked });
}
