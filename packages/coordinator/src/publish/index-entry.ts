import { reduceUseText } from '@binhost/shared/portage';
import type { CheckedGpkg } from './check-gpkg.ts';
import { enabledFlags, type PackageMetadata } from './gpkg-metadata.ts';

/** What only the file in its place has. */
export interface PlacedFile extends Pick<CheckedGpkg, 'size' | 'md5' | 'sha1'> {
  /** Below the pool's directory. */
  path: string;
  /** Build number of the file name. Portage follows PATH, whatever number stands inside. */
  buildId: number;
  /** Modification time in whole seconds. */
  mtime: number;
}

/** Portage evaluates these with the package's USE before they reach an index. */
const USE_EVALUATED = ['BDEPEND', 'DEPEND', 'IDEPEND', 'LICENSE', 'PDEPEND', 'PROPERTIES', 'RDEPEND', 'RESTRICT'];
const AS_THEY_ARE = [
  'BUILD_TIME',
  'CHOST',
  'DEFINED_PHASES',
  'EAPI',
  'IUSE',
  'KEYWORDS',
  'PROVIDES',
  'REQUIRES',
  'SLOT',
];
/** What Portage reads where a key is missing: not written. */
const DEFAULTS: Partial<Record<string, string>> = { EAPI: '0', SLOT: '0' };

/**
 * The block of one package in `Packages`, field for field as Portage's own writer makes it. To be made after signing, which
 * changes size and digests. CHOST is left out where the header says the same: see formatIndexEntry in write-index.ts.
 */
export function indexEntry(metadata: PackageMetadata, file: PlacedFile): Record<string, string> {
  const { values } = metadata;
  // with the flags of the profile (amd64, elibc_glibc), which Portage keeps too
  const use = enabledFlags(values.USE ?? '', `${values.IUSE ?? ''} ${values.IUSE_EFFECTIVE ?? ''}`);
  const entry: Record<string, string> = {
    BUILD_ID: String(file.buildId),
    CPV: metadata.cpv,
    MD5: file.md5,
    MTIME: String(file.mtime),
    PATH: file.path,
    REPO: metadata.repository,
    SHA1: file.sha1,
    SIZE: String(file.size),
    USE: use.join(' '),
  };
  for (const key of USE_EVALUATED) entry[key] = reduceUseText(values[key] ?? '', use);
  for (const key of AS_THEY_ARE) entry[key] = values[key] ?? '';
  return Object.fromEntries(Object.entries(entry).filter(([key, value]) => value !== '' && value !== DEFAULTS[key]));
}
