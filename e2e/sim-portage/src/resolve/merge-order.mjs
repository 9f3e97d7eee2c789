/**
 * The merge list's order: dependencies first, rounds of packages that wait for nothing, the most wanted of a round first.
 * A cycle of run-time dependencies is cut where Portage cuts it; one of build-time dependencies is not simulated.
 */
import { NotSimulated } from './not-simulated.mjs';

/**
 * @param {any} graph see walk.mjs
 * @param {any} options
 * @param {Set<any>} late packages that drive others out: merged when nothing else is left to merge before them
 * @returns {any[]} packages that are merged (or fetched, or built)
 */
export function mergeOrder(graph, options, late) {
  const isMerged = (pkg) => pkg.kind !== 'installed' && !graph.onlydeps.has(pkg);
  if (options.nodeps) return [...graph.nodes].filter(isMerged);
  const left = withoutIdleRoots(graph);
  const parents = countParents(graph, left);
  const ordered = [...left].sort((a, b) => (parents.get(b) ?? 0) - (parents.get(a) ?? 0));
  const list = [];
  while (left.size > 0) {
    const round = nextRound(graph, ordered, { left, late });
    for (const pkg of round) left.delete(pkg);
    list.push(...round.filter(isMerged));
  }
  return list;
}

/** Nodes that stay as they are and that nothing depends on play no part in the order. */
function withoutIdleRoots(graph) {
  const left = new Set(graph.nodes);
  for (let changed = true; changed; ) {
    changed = false;
    const wanted = new Set([...left].flatMap((pkg) => [...(graph.edges.get(pkg)?.keys() ?? [])]));
    for (const pkg of left) {
      if ((pkg.kind === 'installed' || graph.onlydeps.has(pkg)) && !wanted.has(pkg)) {
        left.delete(pkg);
        changed = true;
      }
    }
  }
  return left;
}

function countParents(graph, left) {
  const counts = new Map();
  for (const [parent, children] of graph.edges) {
    if (left.has(parent)) for (const child of children.keys()) counts.set(child, (counts.get(child) ?? 0) + 1);
  }
  return counts;
}

function nextRound(graph, ordered, { left, late }) {
  const here = ordered.filter((pkg) => left.has(pkg));
  const waitsFor = (pkg, kinds) =>
    [...(graph.edges.get(pkg) ?? [])].some(([child, kind]) => left.has(child) && kinds.includes(kind));
  const free = here.filter((pkg) => !waitsFor(pkg, ['build', 'run', 'post']));
  const now = free.filter((pkg) => !late.has(pkg));
  if (now.length > 0) return now;
  if (free.length > 0) return [free[0]];
  for (const kinds of [['build', 'run'], ['build']]) {
    const found = here.find((pkg) => !waitsFor(pkg, kinds));
    if (found) return [found];
  }
  throw new NotSimulated('circular dependencies', here.map((pkg) => pkg.cpv).join(', '));
}
