import type { MergeEntryOnWire } from '@binhost/shared/protocol';
import { makeMergeEntry } from '@binhost/testkit';
import { findBindings } from '../../src/demand/find-bindings.ts';
import type { PublishedVariant } from '../../src/demand/published-variant.ts';
import type { ReportRow } from '../../src/demand/report-row.ts';
import { variantKey } from '../../src/demand/variant-key.ts';
import type { WillHave } from '../../src/demand/will-have.ts';
import type { EbuildMetadata } from '../../src/tree/ebuild-metadata.ts';

export function makeMetadata(overrides: Partial<EbuildMetadata> = {}): EbuildMetadata {
  return {
    depend: '',
    bdepend: '',
    rdepend: '',
    pdepend: '',
    idepend: '',
    iuse: [],
    slot: '0',
    subslot: '0',
    keywords: 'amd64',
    restrict: '',
    properties: '',
    ...overrides,
  };
}

/** A row of a list, with metadata that fits its entry unless told otherwise. */
export function makeRow(
  entry: Partial<MergeEntryOnWire> = {},
  metadata: Partial<EbuildMetadata> | null = {},
  { position = 0, available = new Map<string, WillHave[]>() } = {},
): ReportRow {
  const full = makeMergeEntry(entry);
  const { enabled, disabled } = full.use;
  const iuse = [...enabled, ...disabled].sort();
  const found = metadata && makeMetadata({ iuse, slot: full.slot, subslot: full.subslot, ...metadata });
  const bindings = found ? findBindings(found, enabled, available, { withBdeps: false }) : [];
  const variant = { pool: 'default', cpv: full.cpv, repository: full.repository ?? '', useEnabled: enabled, bindings };
  return {
    entry: full,
    position,
    metadata: found ?? undefined,
    useInForce: new Set(enabled),
    useEnabled: enabled,
    bindings,
    variantKey: variantKey(variant),
  };
}

export function makePublished(overrides: Partial<PublishedVariant> = {}): PublishedVariant {
  return {
    id: 1,
    pool: 'default',
    cpv: 'dev-libs/libfoo-1.2',
    repository: 'gentoo',
    useEnabled: [],
    bindings: [],
    variantKey: 'key',
    buildId: 1,
    buildTime: 1_767_225_600,
    path: 'dev-libs/libfoo/libfoo-1.2-1.gpkg.tar',
    size: 1000,
    sha512: '0'.repeat(128),
    ...overrides,
  };
}
