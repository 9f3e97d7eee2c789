import { bindingText, parseCpv } from '@binhost/shared/portage';
import type { InstalledPackage } from '@binhost/shared/protocol';
import type { Judgement } from './report-row.ts';
import type { WillHave } from './will-have.ts';

/**
 * Bindings that a build root can't be given any more.
 *
 * @param withoutEbuild bindings to packages of which the binhost's tree has no ebuild
 * @param there what the pool's system has, and which versions stand in its index
 * @returns the cpv of each
 */
export function lostBindings(
  withoutEbuild: readonly WillHave[],
  { installed, published }: { installed: readonly InstalledPackage[]; published: ReadonlySet<string> },
): Set<string> {
  const roots = new Set(
    installed.map(({ cpv, slot, subslot }) => bindingText({ cp: parseCpv(cpv)?.cp ?? cpv, slot, subslot })),
  );
  const lost = withoutEbuild.filter((binding) => !published.has(binding.cpv) && !roots.has(bindingText(binding)));
  return new Set(lost.map((binding) => binding.cpv));
}

/** @param lost from lostBindings */
export function bindingGone(bindings: readonly WillHave[], lost: ReadonlySet<string>): Judgement | undefined {
  const gone = bindings.find((binding) => lost.has(binding.cpv));
  if (!gone) return undefined;
  const text = `the node will have ${gone.cpv} (${bindingText(gone)}), to which a binary must be bound, and the binhost has no ebuild of it any more; update it on the node, or keep its ebuild in a repository of the binhost`;
  return { event: 'obstacle', code: 'binding-gone', text };
}
