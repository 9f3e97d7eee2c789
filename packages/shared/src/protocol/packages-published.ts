import { z } from 'zod';
import { cpvValue, packagePathValue, sha512Value, variantKeyValue } from './portage-values.ts';
import { indexFacts } from './welcome.ts';

/** One published package that the node wishes for. */
export const publishedPackage = z.object({
  cpv: cpvValue,
  buildId: z.number().int().min(1),
  /** BUILD_TIME, seconds since the epoch: with cpv and buildId it tells ours from another binhost's. */
  buildTime: z.number().int().min(0),
  /** Path below the pool's URL. */
  path: packagePathValue,
  /** Bytes. */
  size: z.number().int().min(0),
  sha512: sha512Value,
  variantKey: variantKeyValue,
});
export type PublishedPackageOnWire = z.infer<typeof publishedPackage>;

/**
 * An event of the node's log: these packages stand in the index now. Sent in order, at least once; the agent confirms by
 * `event-seen`. It leads to a new look, since only the node's own Portage can say that it will take them.
 */
export const packagesPublished = z.object({
  type: z.literal('packages-published'),
  /** Number of the event, rising by one per node. */
  event: z.number().int().min(1),
  index: indexFacts,
  packages: z.array(publishedPackage).max(20_000),
  /** Builds that this node still waits for: 0 lets the agent look at once. */
  stillBuilding: z.number().int().min(0),
});
export type PackagesPublished = z.infer<typeof packagesPublished>;
