/** A package that stands in the index of a pool, as the step publish keeps it; what demand reads of it. */
export interface PublishedVariant {
  id: number;
  pool: string;
  cpv: string;
  repository: string;
  useEnabled: string[];
  /** `dev-libs/libfoo:0/2`, sorted. */
  bindings: string[];
  variantKey: string;
  /** BUILD_ID. */
  buildId: number;
  /** BUILD_TIME, seconds since the epoch. */
  buildTime: number;
  path: string;
  size: number;
  sha512: string;
}
