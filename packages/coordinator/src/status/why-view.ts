import { bindingText } from '@binhost/shared/portage';
import type { AttemptRow, BuildRow, WishRow } from './status-rows.ts';
import { buildDetail } from './status-view.ts';
import type { WhyVariant, WhyWish } from './view-types.ts';
import { whatToDoAboutBuild, whatToDoAboutWish } from './what-to-do.ts';

export interface WhyRows {
  wishes: readonly WishRow[];
  /** Builds of the same packages, newest first. */
  builds: readonly BuildRow[];
  attempts: readonly AttemptRow[];
}

/** Wishes and builds of a package → one row per variant that somebody wishes for or that was built last. Pure. */
export function whyVariants({ wishes, builds, attempts }: WhyRows): WhyVariant[] {
  const keys = new Set([...wishes, ...builds].map(({ variantKey }) => variantKey));
  const variants = [...keys].flatMap((key) => {
    const wanted = wishes.filter(({ variantKey }) => variantKey === key);
    const build = builds.find(({ variantKey }) => variantKey === key);
    const about = wanted[0] ?? build;
    return about ? [whyVariant(about, wanted, build, attempts)] : [];
  });
  return variants.sort((a, b) => b.wishes.length - a.wishes.length || (b.build?.id ?? 0) - (a.build?.id ?? 0));
}

function whyVariant(
  about: WishRow | BuildRow,
  wishes: readonly WishRow[],
  build: BuildRow | undefined,
  attempts: readonly AttemptRow[],
): WhyVariant {
  return {
    variantKey: about.variantKey,
    pool: about.pool,
    cpv: about.cpv,
    slot: about.slot,
    repository: about.repository,
    useEnabled: about.useEnabled,
    bindings: about.bindings.map(bindingText),
    wishes: wishes.map(whyWish),
    build: build
      ? buildDetail(
          build,
          attempts.filter(({ buildId }) => buildId === build.id),
        )
      : null,
    logTail: [],
    whatToDo: build && isInTheWay(build, wishes) ? (whatToDoAboutBuild(build) ?? null) : null,
  };
}

/** A cancelled build matters only to those who still wait for it. */
function isInTheWay(build: BuildRow, wishes: readonly WishRow[]): boolean {
  return build.state !== 'cancelled' || wishes.some(({ state }) => state === 'waiting');
}

function whyWish({ nodeName, state, reasonCode, reason, stateSince }: WishRow): WhyWish {
  return {
    node: nodeName,
    state,
    reasonCode,
    reason,
    sinceMs: stateSince.getTime(),
    whatToDo: whatToDoAboutWish({ node: nodeName, state, reasonCode }) ?? null,
  };
}
