/** What an ebuild says of itself: the keys that demand and plan need, as Portage's own cache has them. */
export interface EbuildMetadata {
  /** Dependency strings; empty where there are none. */
  depend: string;
  bdepend: string;
  rdepend: string;
  pdepend: string;
  idepend: string;
  /** Flags without their `+` and `-`, sorted, each once. */
  iuse: string[];
  slot: string;
  /** Equals `slot` where the ebuild names none. */
  subslot: string;
  keywords: string;
  /** Words, maybe below USE conditionals. */
  restrict: string;
  properties: string;
}

/** Keys in the order in which portageq is asked for them. */
export const METADATA_KEYS = [
  'DEPEND',
  'BDEPEND',
  'RDEPEND',
  'PDEPEND',
  'IDEPEND',
  'IUSE',
  'SLOT',
  'KEYWORDS',
  'RESTRICT',
  'PROPERTIES',
] as const;

/**
 * Reads a file of metadata/md5-cache: `KEY=value` lines.
 *
 * @returns the metadata, and the MD5 of the ebuild that it was made from (null: the file names none);
 *   undefined where the file has no SLOT, which every ebuild has
 */
export function parseMd5Cache(text: string): { metadata: EbuildMetadata; ebuildMd5: string | null } | undefined {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const equals = line.indexOf('=');
    if (equals > 0) values.set(line.slice(0, equals), line.slice(equals + 1).trim());
  }
  if (!values.get('SLOT')) return undefined;
  return { metadata: metadataOf((key) => values.get(key) ?? ''), ebuildMd5: values.get('_md5_') ?? null };
}

/**
 * Reads what `portageq metadata … METADATA_KEYS` prints: one line per key, empty where the ebuild has no such value.
 *
 * @returns undefined where the lines don't fit the keys
 */
export function parsePortageqMetadata(stdout: string): EbuildMetadata | undefined {
  const lines = stdout.replace(/\n$/, '').split('\n');
  if (lines.length !== METADATA_KEYS.length) return undefined;
  const metadata = metadataOf((key) => lines[METADATA_KEYS.indexOf(key)]?.trim() ?? '');
  return metadata.slot === '' ? undefined : metadata;
}

function metadataOf(value: (key: (typeof METADATA_KEYS)[number]) => string): EbuildMetadata {
  const [slot = '', subslot = slot] = value('SLOT').split('/');
  const flags = value('IUSE').split(/\s+/).filter(Boolean);
  return {
    depend: value('DEPEND'),
    bdepend: value('BDEPEND'),
    rdepend: value('RDEPEND'),
    pdepend: value('PDEPEND'),
    idepend: value('IDEPEND'),
    iuse: [...new Set(flags.map((flag) => flag.replace(/^[+-]/, '')))].sort(),
    slot,
    subslot,
    keywords: value('KEYWORDS'),
    restrict: value('RESTRICT'),
    properties: value('PROPERTIES'),
  };
}
