import { createHash } from 'node:crypto';
import { PORTAGE_GRAMMAR } from '@binhost/shared/portage';
import type { InstalledPackage, Inventory } from '@binhost/shared/protocol';

/** The fields of one entry of /var/db/pkg that make an inventory; a missing file is an empty text. */
export interface InstalledFields {
  SLOT: string;
  USE: string;
  IUSE: string;
  repository: string;
  PROVIDES: string;
}

export const INSTALLED_FIELDS = ['SLOT', 'USE', 'IUSE', 'repository', 'PROVIDES'] as const;

/** @returns undefined where the entry is none that Portage's grammar knows (a merge that was cut off, a foreign directory) */
export function installedPackage(cpv: string, fields: InstalledFields): InstalledPackage | undefined {
  if (cpv.length > 255 || !PORTAGE_GRAMMAR.cpv.test(cpv)) return undefined;
  const [slot = '', subslot = slot] = fields.SLOT.trim().split('/', 2);
  if (!PORTAGE_GRAMMAR.slot.test(slot) || !PORTAGE_GRAMMAR.slot.test(subslot)) return undefined;
  const repository = fields.repository.trim();
  return {
    cpv,
    slot,
    subslot,
    repository: PORTAGE_GRAMMAR.repository.test(repository) ? repository : null,
    useEnabled: enabledFlags(fields),
    provides: oneLine(fields.PROVIDES) || null,
  };
}

/** @param packages in any order */
export function makeInventory(packages: readonly InstalledPackage[]): Inventory {
  const sorted = packages.toSorted((a, b) => (a.cpv < b.cpv ? -1 : a.cpv > b.cpv ? 1 : 0));
  return { type: 'inventory', digest: inventoryDigest(sorted), packages: sorted };
}

/** SHA-256, hexadecimal, of the canonical JSON: packages sorted by cpv, the fields of each in the order of the protocol. */
function inventoryDigest(sorted: readonly InstalledPackage[]): string {
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}

/** USE of an installed package names everything that was set, also what the ebuild does not know: IUSE decides. */
function enabledFlags({ USE, IUSE }: InstalledFields): string[] {
  const known = new Set(wordsOf(IUSE).map((flag) => flag.replace(/^[+-]/, '')));
  return [...new Set(wordsOf(USE))].filter((flag) => known.has(flag) && PORTAGE_GRAMMAR.useFlag.test(flag)).sort();
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter(Boolean);
}

function oneLine(text: string): string {
  return wordsOf(text).join(' ');
}
