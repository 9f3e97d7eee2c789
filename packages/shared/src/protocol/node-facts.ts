import { z } from 'zod';
import { textValue } from './portage-values.ts';

/** What a node is, asked of its own portageq; sent with every report. */
export const nodeFacts = z.object({
  /** `portageq envvar CHOST`, e.g. x86_64-pc-linux-gnu. */
  chost: textValue(200),
  /** `portageq envvar CFLAGS`; for display and for choosing a pool. */
  cflags: textValue(2000),
  /** Where make.profile points, relative to the repository's profiles directory where possible. */
  profile: textValue(500),
  acceptKeywords: z.array(textValue(100)).max(200),
  features: z.array(textValue(100)).max(500),
  /** The node's EMERGE_DEFAULT_OPTS hold --getbinpkgonly or --usepkgonly. */
  binaryOnly: z.boolean(),
  portageVersion: textValue(100),
  /** Each repository with its revision (metadata/timestamp.commit or .chk, else null), to tell how far two trees are apart. */
  repositories: z.array(z.object({ name: textValue(100), revision: textValue(200).nullable() })).max(200),
});
export type NodeFacts = z.infer<typeof nodeFacts>;
