import type { MergeEntryOnWire } from '@binhost/shared/protocol';
import type { EbuildMetadata } from '../tree/ebuild-metadata.ts';
import type { WillHave } from './will-have.ts';

/** One row of a node's merge list (ebuild or binary) with what the binhost's tree says of it. */
export interface ReportRow {
  entry: MergeEntryOnWire;
  /** Place in the merge list, from 0. */
  position: number;
  /** undefined: the binhost's tree has no such ebuild. */
  metadata: EbuildMetadata | undefined;
  /** Enabled flags of the row, and the profile's implicit ones: what conditionals are decided by. */
  useInForce: ReadonlySet<string>;
  /** Enabled flags that the ebuild names, sorted: what the variant is made of. */
  useEnabled: string[];
  bindings: WillHave[];
  variantKey: string;
}

/** What a row comes to: a build, an exclusion by policy, or an obstacle. */
export type Judgement =
  | { event: 'build-wanted' }
  | {
      event: 'exclude' | 'obstacle';
      /** One word for programs. */
      code: string;
      /** One sentence for a person, with what to do. */
      text: string;
    };
