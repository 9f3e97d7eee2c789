import type { MergeEntryOnWire, Proofs, PublishedPackageOnWire } from '@binhost/shared/protocol';

export type ProofResult = Proofs['results'][number];

/** The `[binary]` rows of a look that are ours: cpv and build number were named by the coordinator. Others are served elsewhere. */
export function ourBinaries(
  entries: readonly MergeEntryOnWire[],
  find: (cpv: string, buildId: number) => PublishedPackageOnWire | undefined,
): PublishedPackageOnWire[] {
  return entries.flatMap(({ kind, cpv, buildId }) => {
    const ours = kind === 'binary' && buildId !== null ? find(cpv, buildId) : undefined;
    return ours ? [ours] : [];
  });
}

export interface ProofLimits {
  mode: 'fetch' | 'manifest' | 'off';
  /** Bytes. */
  maxSize: number;
  minFree: number;
}

/**
 * Whether a package that is not here yet may be fetched to prove it.
 *
 * @param freeBytes room where the file would go; undefined: not known
 * @returns why not, naming the setting; undefined: it may
 */
export function fetchForbidden(size: number, limits: ProofLimits, freeBytes: number | undefined): string | undefined {
  // By its Manifest a package is proven without fetching it.
  if (limits.mode === 'manifest') return 'Not fetched: prove.mode is manifest.';
  if (limits.mode === 'off') return 'Not fetched: prove.mode is off.';
  if (size > limits.maxSize) return `Not fetched: it has ${size} bytes, more than prove.maxSize (${limits.maxSize}).`;
  if (freeBytes !== undefined && freeBytes - size < limits.minFree) {
    return `Not fetched: it would leave less than prove.minFree (${limits.minFree} bytes); ${freeBytes} are free.`;
  }
  return undefined;
}
