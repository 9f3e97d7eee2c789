/**
 * A variant: what makes two wishes servable by one binary.
 * The *enabled* flags decide: nodes that want the very same binary may print different disabled flags (a flag that only
 * their old version had), and for the same cpv and repository the disabled ones follow from the enabled ones.
 */
export interface Variant {
  pool: string;
  /** category/name-version[-rN], without a build number. */
  cpv: string;
  repository: string;
  /** Enabled flags of the ebuild's IUSE, long form. */
  useEnabled: readonly string[];
  /** What `:=` dependencies must be bound to. */
  bindings: readonly Binding[];
}

/** The slot and sub-slot of one `:=` dependency that a binary must be built against for a node to take it. */
export interface Binding {
  /** category/name */
  cp: string;
  slot: string;
  subslot: string;
}

/** `dev-libs/libfoo:0/2`, the form in which bindings are stored, compared and shown. */
export function bindingText(binding: Binding): string {
  return `${binding.cp}:${binding.slot}/${binding.subslot}`;
}

/**
 * The canonical text that the variant key digests. Pure text, so that both sides agree on it; the digest itself
 * (SHA-256, hex, first 32 characters) is taken where node:crypto is at hand.
 */
export function variantText(variant: Variant): string {
  const use = [...new Set(variant.useEnabled)].sort().join(' ');
  const bindings = [...new Set(variant.bindings.map(bindingText))].sort().join(' ');
  return [variant.pool, variant.cpv, variant.repository, use, bindings].join('\n');
}
