/**
 * From targets to a merge list. Comes in: the system, options, binaries. Goes out: the list in merge order, or what stops it.
 * A rebuild that a new sub-slot demands starts the walk again with the consumer marked, as Portage's own backtracking does.
 */
import { matchesAtom, parseAtom } from '../grammar/atoms.mjs';
import { atomsOf, reduceDependencies } from '../grammar/dependencies.mjs';
import { drivenOut } from './blockers.mjs';
import { boundAtoms, makeChooser } from './candidates.mjs';
import { mergeOrder } from './merge-order.mjs';
import { NotSimulated } from './not-simulated.mjs';
import { walk } from './walk.mjs';

const MOST_WALKS = 30;

/**
 * @param {{ system: any, options: any, binaries: any[], targets: { atom: any, from: string[], isWorld?: boolean }[] }} request
 * @returns {{ list: any[], problems: any[], brokenWorld: string[], ignored: Map<any, any>, rebuilds: Map<any, any[]>, uninstalls: Map<any, any[]>,
 *   useChanges: Map<string, any>, backtracked: number, graph: any, useOf: (pkg: any) => Set<string> }}
 */
export function resolve(request) {
  const learnt = {
    targets: request.targets,
    /** World entries that nothing can satisfy: they are named, and the rest goes on. */
    brokenWorld: [],
    /** By cpv: installed packages that must be built again. */
    rebuild: new Map(),
    useChanges: new Map(),
    /** Binaries whose dependencies cannot be had. */
    unusable: new Set(),
    backtracked: 0,
  };
  for (let walks = 0; walks < MOST_WALKS; walks++) {
    const look = { ...request, ...learnt, inSlot: new Map(), ignored: new Map(), passedOver: false };
    look.willBe = whatWillBe(look);
    const graph = walk(look, makeChooser(look));
    if (!learns(learnt, look, graph) && !graph.restart) return result(look, graph);
  }
  throw new NotSimulated(
    'resolutions with so much backtracking',
    request.targets.map(({ atom }) => atom.text).join(' '),
  );
}

/** What a walk found that another one must know from its start. @returns whether there was such a thing */
function learns(learnt, look, graph) {
  const broken = new Set(graph.problems.map(({ want }) => want.target).filter((target) => target?.isWorld));
  const unusable = graph.problems.map(({ want }) => want.parent).filter((parent) => parent?.kind === 'binary');
  const forced = graph.problems.length === 0 ? brokenConsumers(look, graph) : [];
  for (const target of broken) learnt.brokenWorld.push(target.atom.text);
  learnt.targets = learnt.targets.filter((target) => !broken.has(target));
  for (const parent of unusable) learnt.unusable.add(parent);
  for (const pkg of forced) learnt.rebuild.set(pkg.cpv, pkg);
  if (forced.length > 0 && learnt.useChanges.size > 0) {
    throw new NotSimulated('rebuilds together with needed USE changes', forced.map((pkg) => pkg.cpv).join(' '));
  }
  if (unusable.length + forced.length > 0) learnt.backtracked++;
  return broken.size + unusable.length + forced.length > 0;
}

/** What will stand in a slot, asked while the walk goes on: the graph's choice, else what would be chosen. */
function whatWillBe(look) {
  const asked = new Set();
  return (cp, slot) => {
    const key = `${cp}:${slot}`;
    const chosen = look.inSlot.get(key);
    if (chosen || asked.has(key)) return chosen;
    asked.add(key);
    // Built bindings follow what the slot could have, whether the call updates or not.
    const updating = makeChooser({ ...look, options: { ...look.options, update: true, deep: true } });
    const atom = { text: key, blocks: '', operator: '', cp, slot, use: [] };
    const pkg = updating.choose(atom, [], { isArgument: false });
    asked.delete(key);
    return pkg;
  };
}

function result(look, graph) {
  const isBroken = graph.problems.length > 0;
  const uninstalls = isBroken ? new Map() : drivenOut(look, graph, reachOf(look, graph));
  return {
    list: isBroken ? [] : mergeOrder(graph, look.options, new Set(uninstalls.keys())),
    uninstalls,
    graph,
    backtracked: Math.max(look.backtracked, look.passedOver ? 1 : 0),
    brokenWorld: look.brokenWorld,
    problems: graph.problems,
    ignored: look.ignored,
    useChanges: look.useChanges,
    rebuilds: causedRebuilds(look, graph),
    useOf: graph.useOf,
  };
}

/** Installed packages bound to a sub-slot that the list replaces. What world reaches counts, too. */
function brokenConsumers(look, graph) {
  const { options, system, rebuild } = look;
  if (options.nodeps || options.buildpkgonly || options.onlydeps) return [];
  const complete = !options.ignoreWorld && [...graph.nodes].some((pkg) => pkg.kind !== 'installed');
  const considered = new Set([...graph.nodes].filter((pkg) => pkg.kind === 'installed'));
  if (complete) for (const pkg of worldClosure(system)) if (!replaced(graph, pkg)) considered.add(pkg);
  return [...considered].filter(
    (pkg) => !rebuild.has(pkg.cpv) && boundAtoms(pkg).some((atom) => isBroken(graph, atom)),
  );
}

/** Installed packages that the world file reaches by what is installed. */
function worldClosure({ world, installed }) {
  const reached = new Set();
  const open = world.filter((line) => !line.startsWith('@')).map((line) => parseAtom(line));
  while (open.length > 0) {
    const atom = open.pop();
    for (const pkg of installed) {
      if (!atom || reached.has(pkg) || !matchesAtom({ ...atom, blocks: '' }, pkg)) continue;
      reached.add(pkg);
      for (const key of ['RDEPEND', 'PDEPEND'])
        open.push(...atomsOf(reduceDependencies(pkg.metadata[key] ?? '', pkg.enabled)));
    }
  }
  return reached;
}

const replaced = (graph, pkg) => (graph.inSlot.get(`${pkg.cp}:${pkg.slot}`)?.kind ?? 'installed') !== 'installed';

function isBroken(graph, atom) {
  const provider = graph.inSlot.get(`${atom.cp}:${atom.slot}`);
  return provider !== undefined && provider.kind !== 'installed' && provider.subslot !== atom.subslot;
}

function reachOf({ system }, graph) {
  return { isReplaced: (pkg) => replaced(graph, pkg), needed: worldClosure(system) };
}

/** Which providers of the list cause which rebuilds, for the note behind it. */
function causedRebuilds(look, graph) {
  const caused = new Map();
  for (const old of look.rebuild.values()) {
    const fresh = graph.inSlot.get(`${old.cp}:${old.slot}`);
    for (const atom of boundAtoms(old)) {
      const provider = graph.inSlot.get(`${atom.cp}:${atom.slot}`);
      if (fresh && provider && isBroken(graph, atom)) caused.set(provider, [...(caused.get(provider) ?? []), fresh]);
    }
  }
  return caused;
}
