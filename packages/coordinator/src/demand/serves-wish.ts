import { bindingText } from '@binhost/shared/portage';
import type { PublishedVariant } from './published-variant.ts';
import type { WillHave } from './will-have.ts';

/** A variant, as a wish or a demand names it. */
export interface WishedVariant {
  variantKey: string;
  pool: string;
  cpv: string;
  repository: string;
  useEnabled: readonly string[];
  /** What matters to the node; what only the build needs is not among them. */
  bindings: readonly WillHave[];
}

/**
 * The published package that serves a variant: the one that was built as it, else the newest with the same version,
 * repository, flags and bindings. A binary may be bound to more: what it only needed to be built does not matter to a node
 * that takes it.
 *
 * @param published packages of any pool and version
 */
export function findServing<P extends PublishedVariant>(wished: WishedVariant, published: readonly P[]): P | undefined {
  const fitting = published.filter((each) => serves(each, wished));
  const exact = fitting.find((each) => each.variantKey === wished.variantKey);
  return exact ?? fitting.sort((a, b) => b.buildTime - a.buildTime)[0];
}

function serves(published: PublishedVariant, wished: WishedVariant): boolean {
  if (published.pool !== wished.pool || published.cpv !== wished.cpv) return false;
  if (published.variantKey === wished.variantKey) return true;
  const names = new Set(wished.bindings.map((binding) => binding.cp));
  const bound = published.bindings.filter((text) => names.has(text.slice(0, text.indexOf(':'))));
  return (
    published.repository === wished.repository &&
    isSameSet(published.useEnabled, wished.useEnabled) &&
    isSameSet(bound, wished.bindings.map(bindingText))
  );
}

function isSameSet(some: readonly string[], others: readonly string[]): boolean {
  const words = new Set(others);
  return new Set(some).size === words.size && some.every((word) => words.has(word));
}
