import { z } from 'zod';
import { cpvValue, repositoryValue, sha256Value, slotValue, textValue, useFlagValue } from './portage-values.ts';

/** One installed package, as /var/db/pkg tells it. */
export const installedPackage = z.object({
  cpv: cpvValue,
  slot: slotValue,
  subslot: slotValue,
  /** null: the package was installed from no named repository. */
  repository: repositoryValue.nullable(),
  /** Enabled flags of its IUSE, sorted. */
  useEnabled: z.array(useFlagValue).max(2000),
  /** The PROVIDES file: `x86_64: libfoo.so.1 libbar.so.2`; null: it provides no library. */
  provides: textValue(200_000).nullable(),
});
export type InstalledPackage = z.infer<typeof installedPackage>;

/**
 * What is installed on the node. Sent before the first report and whenever its digest changed. With a report's merge list
 * it tells what the node *will* have, and so what a binary must be bound to.
 */
export const inventory = z.object({
  type: z.literal('inventory'),
  /** SHA-256 of the canonical JSON of `packages` (sorted by cpv). */
  digest: sha256Value,
  packages: z.array(installedPackage).max(50_000),
});
export type Inventory = z.infer<typeof inventory>;
