import { type Binding, parseCpv } from '@binhost/shared/portage';
import type { InstalledPackage, MergeEntryOnWire } from '@binhost/shared/protocol';

/**
 * The package that will satisfy one `:=` dependency on the node: from its merge list, else from its inventory.
 * A build root takes on exactly this version with these flags where its own sub-slot differs.
 */
export interface WillHave extends Binding {
  cpv: string;
  repository: string | null;
  useEnabled: string[];
}

/**
 * What will be installed on a node once it has done its merge list: the inventory with the list laid over it, slot by slot.
 *
 * @returns packages by category/name
 */
export function packagesToBe(
  entries: readonly MergeEntryOnWire[],
  installed: readonly InstalledPackage[],
): Map<string, WillHave[]> {
  const bySlot = new Map<string, WillHave>();
  for (const found of installed) put(bySlot, found, found.useEnabled);
  for (const entry of entries) {
    const cp = parseCpv(entry.cpv)?.cp;
    if (entry.kind === 'uninstall') removeExactly(bySlot, `${cp}:${entry.slot}`, entry.cpv);
    else if (entry.kind !== 'nomerge') put(bySlot, entry, entry.use.enabled);
  }
  const byName = new Map<string, WillHave[]>();
  for (const found of bySlot.values()) byName.set(found.cp, [...(byName.get(found.cp) ?? []), found]);
  return byName;
}

type Named = Pick<InstalledPackage, 'cpv' | 'slot' | 'subslot' | 'repository'>;

function put(bySlot: Map<string, WillHave>, { cpv, slot, subslot, repository }: Named, useEnabled: string[]): void {
  const cp = parseCpv(cpv)?.cp;
  if (cp !== undefined) bySlot.set(`${cp}:${slot}`, { cp, slot, subslot, cpv, repository, useEnabled });
}

/** An uninstall line may name a version that another line of the list has already replaced. */
function removeExactly(bySlot: Map<string, WillHave>, key: string, cpv: string): void {
  if (bySlot.get(key)?.cpv === cpv) bySlot.delete(key);
}
