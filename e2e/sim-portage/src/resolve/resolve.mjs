/**
 * From targets to a merge list. Comes in: the system, options, binaries. Goes out: the list in merge order, or what stops it.
 * A rebuild that a new sub-slot demands starts the walk again with the consumer marked, as Portage's own backtracking does.
 */
import { matchesAtom, parseAtom } from '../grammar/atoms.mjs';
import { atomsOf, reduceDependencies } from '../grammar/dependencies.mjs';
import { boundAtoms, makeChooser } from './candidates.mjs';
import { mergeOrder } from './merge-order.mjs';
import { NotSimulated } from './not-simulated.mjs';
import { walk } from './walk.mjs';

const MOST_WALKS = 30;

/**
 * @param {{ system: any, options: any, binaries: any[], targets: { atom: any, from: string[], isArgument: boolean }[] }} request
 * @returns {{ list: any[], problems: any[], ignored: Map<any, any>, rebuilds: Map<any, any[]>, useChanges: Map<string, any>, backtracked: number,
 *   graph: any, useOf: (pkg: any) => Set<string> }}
 */
export function resolve(request) {
  /** By cpv: installed packages that must be built again. */
  const rebuild = new Map();
  const useChanges = new Map();
  let backtracked = 0;
  for (let walks = 0; walks < MOST_WALKS; walks++) {
    const look = { ...request, rebuild, useChanges, ignored: new Map() };
    const graph = walkOnce(look);
    const forced = graph.problems.length === 0 ? brokenConsumers(look, graph) : [];
    if (forced.length === 0 && !graph.restart) return result(look, graph, backtracked);
    for (const pkg of forced) rebuild.set(pkg.cpv, pkg);
    if (forced.length > 0) backtracked++;
    if (forced.length > 0 && useChanges.size > 0) {
      throw new NotSimulated('rebuilds together with needed USE changes', forced.map((pkg) => pkg.cpv).join(' '));
    }
  }
  throw new NotSimulated(
    'resolutions that need so much backtracking',
    request.targets.map(({ atom }) => atom.text).join(' '),
  );
}

function walkOnce(look) {
  // What will stand in a slot is asked while the walk goes on: the graph's choice, else what would be chosen.
  let graph;
  const asked = new Set();
  look.willBe = (cp, slot) => {
    const key = `${cp}:${slot}`;
    const chosen = graph?.inSlot.get(key);
    if (chosen) return chosen;
    if (asked.has(key)) return undefined;
    asked.add(key);
    const pkg = makeChooser(look).choose({ text: key, blocks: '', operator: '', cp, slot, use: [] }, [], {
      isArgument: false,
    });
    asked.delete(key);
    return pkg;
  };
  graph = walk(look, makeChooser(look));
  return graph;
}

function result(look, graph, backtracked) {
  checkBlockers(look, graph);
  const list = graph.problems.length > 0 ? [] : mergeOrder(graph, look.options);
  return {
    list,
    graph,
    backtracked,
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

function checkBlockers({ system }, graph) {
  for (const { atom, parent } of graph.blockers) {
    const future = [...graph.nodes, ...system.installed.filter((pkg) => !replaced(graph, pkg))];
    const hit = future.find((pkg) => pkg.cp !== parent.cp && matchesAtom({ ...atom, blocks: '' }, pkg));
    const now = system.installed.find((pkg) => pkg.cp !== parent.cp && matchesAtom({ ...atom, blocks: '' }, pkg));
    if (hit ?? now) throw new NotSimulated('blockers', `${parent.cpv} blocks ${(hit ?? now).cpv} by ${atom.text}`);
  }
}
