import { type Cpv, PORTAGE_GRAMMAR, parseCpv } from '@binhost/shared/portage';

/** What a gpkg says of itself: its metadata files, checked against Portage's grammar. */
export interface PackageMetadata extends Cpv {
  /** name-version[-rN] */
  pf: string;
  repository: string;
  slot: string;
  subslot: string;
  /** Enabled flags of its explicit IUSE, sorted. */
  useEnabled: string[];
  /** BUILD_ID inside the file; null: it has none. */
  buildId: number | null;
  /** BUILD_TIME, seconds since the epoch. */
  buildTime: number;
  /** All text values that an index may need, white space made single blanks, by their file's name. */
  values: Readonly<Record<string, string>>;
}

/** Files of metadata.tar that are read; environment, ebuild and CONTENTS are not. */
export const METADATA_KEYS = [
  'BDEPEND',
  'BUILD_ID',
  'BUILD_TIME',
  'CATEGORY',
  'CHOST',
  'DEFINED_PHASES',
  'DEPEND',
  'EAPI',
  'IDEPEND',
  'IUSE',
  'IUSE_EFFECTIVE',
  'KEYWORDS',
  'LICENSE',
  'PDEPEND',
  'PF',
  'PROPERTIES',
  'PROVIDES',
  'RDEPEND',
  'REPO_REVISIONS',
  'repository',
  'REQUIRES',
  'RESTRICT',
  'SLOT',
  'USE',
] as const;

/**
 * @param files contents by name, from metadata.tar
 * @returns the metadata, or one sentence that says what is wrong with it
 */
export function parseGpkgMetadata(files: ReadonlyMap<string, string>): PackageMetadata | string {
  const values: Record<string, string> = {};
  for (const key of METADATA_KEYS) values[key] = (files.get(key) ?? '').trim().replace(/\s+/g, ' ');
  const { CATEGORY = '', PF = '', repository = '', SLOT = '', BUILD_ID = '', BUILD_TIME = '' } = values;
  const cpv = parseCpv(`${CATEGORY}/${PF}`);
  if (!cpv) return `expected category/name-version in CATEGORY and PF, got '${CATEGORY}' and '${PF}'`;
  if (!PORTAGE_GRAMMAR.repository.test(repository)) return `expected a repository name, got '${repository}'`;
  const slot = parseSlot(SLOT);
  if (!slot) return `expected SLOT as slot or slot/sub-slot, got '${SLOT}'`;
  if (!/^[1-9]\d{0,11}$/.test(BUILD_TIME)) return `expected BUILD_TIME in seconds, got '${BUILD_TIME}'`;
  return {
    ...cpv,
    pf: PF,
    repository,
    ...slot,
    useEnabled: enabledFlags(values.USE ?? '', values.IUSE ?? ''),
    buildId: /^[1-9]\d{0,8}$/.test(BUILD_ID) ? Number(BUILD_ID) : null,
    buildTime: Number(BUILD_TIME),
    values,
  };
}

/** `0`, `0/2` → slot and sub-slot; the sub-slot is the slot where none is named. */
export function parseSlot(text: string): { slot: string; subslot: string } | undefined {
  const [slot = '', subslot = slot, ...rest] = text.split('/');
  const isRight = rest.length === 0 && PORTAGE_GRAMMAR.slot.test(slot) && PORTAGE_GRAMMAR.slot.test(subslot);
  return isRight ? { slot, subslot } : undefined;
}

/** The enabled flags among those that IUSE names (`+dhcp -x y`), sorted, each once. */
export function enabledFlags(use: string, iuse: string): string[] {
  const known = new Set(iuse.split(' ').map((flag) => flag.replace(/^[+-]/, '')));
  return [...new Set(use.split(' '))].filter((flag) => flag !== '' && known.has(flag)).sort();
}
