/**
 * What `binhost-agent wait` waits for. Pure: one status and one report in, the state of each awaited package out.
 */
import type { Report, WishView } from '@binhost/shared/protocol';
import { isMeant } from '../link/choose-build.ts';
import type { AgentStatus } from './agent-status.ts';

export interface AwaitedPackage {
  /** The atom that was asked for; for all wishes the cpv. */
  name: string;
  /** `never`: nothing that the binhost does by itself makes it ready. */
  outcome: 'pending' | 'ready' | 'never';
  /** State in words. */
  state: string;
  /** Empty: nothing to say. */
  reason: string;
}

/** @param atoms empty: all wishes */
export function judgeWait(status: AgentStatus, report: Report | null, atoms: readonly string[]): AwaitedPackage[] {
  if (atoms.length === 0) return allWishes(status, report);
  return atoms.flatMap((atom) => {
    const meant = (status.wishes?.list ?? []).filter((wish) => isMeant(atom, wish.cpv));
    return meant.length > 0 ? meant.map((wish) => judgeWish(wish, wish.cpv)) : [withoutWish(atom, status, report)];
  });
}

export function isOver(packages: readonly AwaitedPackage[]): boolean {
  return packages.every(({ outcome }) => outcome !== 'pending');
}

/** Excluded by policy is no failure of a wait for everything: nobody will ever serve it. */
function allWishes(status: AgentStatus, report: Report | null): AwaitedPackage[] {
  const list = status.wishes?.list.filter(({ state }) => state !== 'excluded') ?? [];
  if (list.length > 0) return list.map((wish) => judgeWish(wish, wish.cpv));
  const isQuiet = status.wishes !== null && status.looking === null && report?.outcome === 'complete';
  const wantsNothing =
    isQuiet && (status.wishes?.list.length !== 0 || !report.entries.some(({ kind }) => kind === 'ebuild'));
  if (wantsNothing) return [];
  return [{ name: 'this node', outcome: 'pending', state: 'no wishes yet', reason: whyNoWishes(status, report) }];
}

function withoutWish(atom: string, status: AgentStatus, report: Report | null): AwaitedPackage {
  const isListed = report?.entries.some(({ kind, cpv }) => kind === 'ebuild' && isMeant(atom, cpv)) ?? false;
  if (report?.outcome === 'complete' && status.looking === null && !isListed) {
    return { name: atom, outcome: 'ready', state: 'not wanted', reason: 'The last look would not compile it.' };
  }
  return { name: atom, outcome: 'pending', state: 'no wish yet', reason: whyNoWishes(status, report) };
}

function whyNoWishes(status: AgentStatus, report: Report | null): string {
  if (status.trouble !== null) return status.trouble;
  if (report?.outcome !== 'complete') return 'There was no whole look yet.';
  return status.link.state === 'online' ? 'The coordinator has not said.' : 'The coordinator is not connected.';
}

const NEVER_STATES: WishView['state'][] = ['refused', 'unbuildable', 'excluded'];
/** Someone must ask for another try. */
const ENDED_BUILDS: WishView['buildState'][] = ['failed', 'cancelled'];

function judgeWish(wish: WishView, name: string): AwaitedPackage {
  const { state, buildState } = wish;
  const isEnded = state === 'waiting' && ENDED_BUILDS.includes(buildState);
  const outcome =
    state === 'ready' || state === 'gone' ? 'ready' : NEVER_STATES.includes(state) || isEnded ? 'never' : 'pending';
  const words = state === 'waiting' && buildState !== null ? `${state} (${buildState})` : state;
  return { name, outcome, state: words, reason: wish.reason ?? '' };
}
