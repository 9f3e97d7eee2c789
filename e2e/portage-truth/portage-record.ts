import { z } from 'zod';

// What driver/record_display.py writes: Portage's own reading of the lists that it displayed.

const Row = z.object({
  kind: z.enum(['ebuild', 'binary', 'nomerge', 'uninstall']),
  cpv: z.string(),
  buildId: z.number().nullable(),
  slot: z.string(),
  subslot: z.string(),
  /** `__unknown__` where an installed package does not tell. */
  repository: z.string(),
  /** The marks that are set, by the names that Portage gives them. */
  marks: z.array(z.string()),
  mask: z.enum(['~', '*', '#']).nullable(),
  /** Versions of what the row shows as installed. */
  installed: z.array(z.string()),
  /** Of IUSE, all groups. */
  enabled: z.array(z.string()),
  disabled: z.array(z.string()),
  /** Groups in USE_EXPAND_HIDDEN. */
  hidden: z.array(z.string()),
  /** To be fetched; null where nothing is merged. */
  bytes: z.number().nullable(),
});

const Blocks = z.object({ kind: z.literal('blocks'), atom: z.string(), satisfied: z.boolean() });

const List = z.object({
  /** False where Portage broke off while it displayed the list. */
  finished: z.boolean(),
  options: z.array(z.string()),
  rows: z.array(z.discriminatedUnion('kind', [Row, Blocks])),
  totals: z.object({ packages: z.number(), bytes: z.number() }).optional(),
});

const Record = z.object({
  lists: z.array(List),
  /** What autounmask would change. */
  proposals: z.array(z.object({ kind: z.enum(['keyword', 'mask', 'use', 'license']), cpv: z.string() })),
  /** Binaries that were passed over, and named for it. */
  ignored: z.array(z.string()),
  exit: z.number(),
  /** The error that emerge broke down with. */
  error: z.string().nullable(),
});

export type PortagePackageRow = z.infer<typeof Row>;
export type PortageRow = PortagePackageRow | z.infer<typeof Blocks>;
export type PortageList = z.infer<typeof List>;
export type PortageRecord = z.infer<typeof Record>;

/** Throws where the text is not what the driver writes. */
export function decodeRecord(text: string): PortageRecord {
  return Record.parse(JSON.parse(text));
}
