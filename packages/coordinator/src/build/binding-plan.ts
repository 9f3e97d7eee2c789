import { compareVersions, parseAtom, parseCpv } from '@binhost/shared/portage';
import type { BoundDependency } from '../queue/build-job.ts';
import type { BindingPlan } from './build-command.ts';

/** One directory of /var/db/pkg. */
export interface InstalledSlot {
  cpv: string;
  cp: string;
  slot: string;
  subslot: string;
}

/** `0/1` → slot 0, sub-slot 1; a plain `0` is its own sub-slot. */
export function parseSlotFile(text: string): { slot: string; subslot: string } {
  const [slot = '0', subslot = slot] = text.trim().split('/');
  return { slot, subslot };
}

/**
 * What the root must change so that the target binds as the node will have it.
 *
 * @param openAtoms the target's `:=` atoms that name no slot, as cat/name: only these bind to the highest installed slot;
 *   another slot of a package that is named with its slot may be what the root itself stands on
 */
export function planBindings(
  bindings: readonly BoundDependency[],
  installed: readonly InstalledSlot[],
  openAtoms: ReadonlySet<string>,
): BindingPlan {
  const wantedSlots = new Set(bindings.map((one) => `${one.cp}:${one.slot}`));
  return {
    install: bindings.filter((one) => !installed.some((other) => isSameBinding(one, other))),
    unmerge: installed
      .filter((one) => openAtoms.has(one.cp) && !wantedSlots.has(`${one.cp}:${one.slot}`))
      .filter((one) => bindings.some((bound) => bound.cp === one.cp && isHigher(one.cpv, bound.cpv)))
      .map((one) => one.cpv),
  };
}

/** The bindings that the installed packages do not show: none of them may be left when the target is built. */
export function unmetBindings(
  bindings: readonly BoundDependency[],
  installed: readonly InstalledSlot[],
): BoundDependency[] {
  return planBindings(bindings, installed, new Set()).install;
}

/** The packages that dependency texts name as `cat/name:=`, without a slot; conditions are not looked at. */
export function openSlotOperators(dependencyText: string): Set<string> {
  const atoms = dependencyText.split(/\s+/).map((word) => parseAtom(word));
  return new Set(atoms.flatMap((atom) => (atom && atom.slotOperator === '=' && atom.slot === null ? [atom.cp] : [])));
}

function isSameBinding(bound: BoundDependency, one: InstalledSlot): boolean {
  return one.cp === bound.cp && one.slot === bound.slot && one.subslot === bound.subslot;
}

function isHigher(cpv: string, than: string): boolean {
  const [one, other] = [parseCpv(cpv), parseCpv(than)];
  return one !== undefined && other !== undefined && compareVersions(one.version, other.version) > 0;
}
