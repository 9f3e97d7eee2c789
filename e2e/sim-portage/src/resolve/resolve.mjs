/**
 * From targets to a merge list. Comes in: the system, options, binaries. Goes out: the list in merge order, or what stops it.
 * A rebuild that a new sub-slot demands starts the walk again with the consumer marked, as Portage's own backtracking does.
 */
import { matchesAtom } from '../grammar/atoms.mjs';
import { boundAtoms, makeChooser } from './candidates.mjs';
import { mergeOrder } from './merge-order.mjs';
import { NotSimulated } from './not-simulated.mjs';
import { walk } from './walk.mjs';

const MOST_WALKS = 30;

/**
 * @param {{ system: any, options: any, binaries: any[], targets: { atom: any, from: string[], isArgument: boolean }[] }} request
 * @returns {{ list: any[], problems: any[], ignored: Map<any, any>, rebuilds: Map<any, any[]>, useChanges: Map<string, any>, walks: number,
 *   graph: any, useOf: (pkg: any) => Set<string> }}
 */
export function resolve(request) {
  const rebuild = new Set();
  const useChanges = new Map();
  for (let walks = 0; walks < MOST_WALKS; walks++) {
    const look = { ...request, rebuild, useChanges, ignored: new Map() };
    const graph = walkOnce(look);
    const forced = graph.problems.length === 0 ? brokenConsumers(look, graph) : [];
    if (forced.length === 0 && !graph.restart) return result(look, graph, walks);
    for (const pkg of forced) rebuild.add(pkg.cpv);
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

function result(look, graph, walks) {
  checkBlockers(look, graph);
  const list = graph.problems.length > 0 ? [] : mergeOrder(graph, look.options);
  return {
    list,
    graph,
    walks,
    problems: graph.problems,
    ignored: look.ignored,
    useChanges: look.useChanges,
    rebuilds: causedRebuilds(look, graph),
    useOf: graph.useOf,
  };
}

/** Installed packages bound to a sub-slot that the list replaces. Outside world runs all installed packages count, too. */
function brokenConsumers(look, graph) {
  const { options, system, rebuild } = look;
  if (options.nodeps || options.buildpkgonly || options.onlydeps) return [];
  const complete = !options.ignoreWorld && [...graph.nodes].some((pkg) => pkg.kind !== 'installed');
  const considered = new Set([...graph.nodes].filter((pkg) => pkg.kind === 'installed'));
  if (complete) for (const pkg of system.installed) if (!replaced(graph, pkg)) considered.add(pkg);
  return [...considered].filter(
    (pkg) => !rebuild.has(pkg.cpv) && boundAtoms(pkg).some((atom) => isBroken(graph, atom)),
  );
}

const replaced = (graph, pkg) => (graph.inSlot.get(`${pkg.cp}:${pkg.slot}`)?.kind ?? 'installed') !== 'installed';

function isBroken(graph, atom) {
  const provider = graph.inSlot.get(`${atom.cp}:${atom.slot}`);
  return provider !== undefined && provider.kind !== 'installed' && provider.subslot !== atom.subslot;
}

/** Which providers of the list cause which rebuilds, for the note behind it. */
function causedRebuilds(look, graph) {
  const caused = new Map();
  for (const cpv of look.rebuild) {
    const old = look.system.installed.find((pkg) => pkg.cpv === cpv);
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
