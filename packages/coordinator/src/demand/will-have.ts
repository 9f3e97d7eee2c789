import type { Binding } from '@binhost/shared/portage';

/**
 * The package that will satisfy one `:=` dependency on the node: from its merge list, else from its inventory.
 * A build root takes on exactly this version with these flags where its own sub-slot differs.
 */
export interface WillHave extends Binding {
  cpv: string;
  repository: string | null;
  useEnabled: string[];
}
