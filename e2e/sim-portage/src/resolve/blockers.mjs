/**
 * What blockers come to: nothing, or an installed package that nobody needs goes once what blocks it is there.
 * Goes out: by blocking package of the list, what it drives out. Everything that stops the real Portage is not simulated.
 */
import { matchesAtom } from '../grammar/atoms.mjs';
import { atomsOf, reduceDependencies } from '../grammar/dependencies.mjs';
import { byText } from '../grammar/text-order.mjs';
import { NotSimulated } from './not-simulated.mjs';

/**
 * @param {{ system: any, options: any }} look
 * @param {any} graph see walk.mjs
 * @param {(pkg: any) => boolean} isReplaced whether the list replaces an installed package
 * @param {Set<any>} needed installed packages that world reaches
 * @returns {Map<any, { installed: any, lines: string[] }[]>}
 */
export function drivenOut(look, graph, { isReplaced, needed }) {
  const { system, options } = look;
  const stays = system.installed.filter((pkg) => !isReplaced(pkg));
  const uninstalls = new Map();
  for (const { atom, parent, key } of graph.blockers) {
    if (!counts({ atom, parent, key }, graph, options)) continue;
    const future = [...graph.nodes, ...stays].filter((pkg) => isHit(atom, parent, pkg));
    for (const hit of future) {
      const isFree = hit.kind === 'installed' && !hasParents(graph, hit) && !needed.has(hit);
      if (atom.blocks === '!!' || !isFree || parent.kind === 'installed' || !isAtRunTime(key)) {
        throw new NotSimulated('blockers', `${parent.cpv} blocks ${hit.cpv} by ${atom.text}`);
      }
      const lines = [line(atom, parent), ...linesBack(hit, parent)].sort(byText);
      uninstalls.set(parent, [...(uninstalls.get(parent) ?? []), { installed: hit, lines }]);
    }
  }
  if (!options.nodeps && !options.buildpkgonly) checkInstalled(stays, graph, uninstalls);
  return uninstalls;
}

/** With --buildpkgonly only hard blockers of what is needed to build count. */
function counts({ atom, parent, key }, graph, { nodeps, buildpkgonly }) {
  if (nodeps || graph.onlydeps.has(parent)) return false;
  return !buildpkgonly || (atom.blocks === '!!' && !isAtRunTime(key));
}

const isAtRunTime = (key) => key !== 'DEPEND' && key !== 'BDEPEND';

const isHit = (atom, parent, pkg) => pkg.cp !== parent.cp && matchesAtom({ ...atom, blocks: '' }, pkg);

const hasParents = (graph, pkg) => [...graph.edges.values()].some((children) => children.has(pkg));

const line = (atom, parent) => {
  const blocked = atom.text.slice(atom.blocks.length);
  return `${blocked} ("${blocked}" is soft blocking ${parent.cpv})`;
};

/** The installed one may block the new one as well. */
function linesBack(installed, parent) {
  return runtimeBlockers(installed)
    .filter((atom) => isHit(atom, installed, parent))
    .map((atom) => line(atom, installed));
}

function runtimeBlockers(pkg) {
  const texts = ['RDEPEND', 'PDEPEND', 'IDEPEND'].map((key) => pkg.metadata[key] ?? '');
  return atomsOf(reduceDependencies(texts.join(' '), pkg.enabled)).filter((atom) => atom.blocks !== '');
}

/** An installed package that blocks a new one and is not driven out by it. */
function checkInstalled(stays, graph, uninstalls) {
  const gone = new Set([...uninstalls.values()].flat().map(({ installed }) => installed));
  const fresh = [...graph.nodes].filter((pkg) => pkg.kind !== 'installed' && !graph.onlydeps.has(pkg));
  for (const pkg of stays.filter((each) => !gone.has(each))) {
    for (const atom of runtimeBlockers(pkg)) {
      const hit = fresh.find((each) => isHit(atom, pkg, each));
      if (hit) throw new NotSimulated('blockers', `${pkg.cpv} blocks ${hit.cpv} by ${atom.text}`);
    }
  }
}
