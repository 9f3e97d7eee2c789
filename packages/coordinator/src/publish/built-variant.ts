import {
  type Binding,
  bindingText,
  builtSlotOperatorBindings,
  unboundSlotOperators,
  type Variant,
} from '@binhost/shared/portage';

/** What a binary was really bound to, read from its recorded dependencies. */
export interface BuiltBindings {
  /** All of DEPEND, RDEPEND and PDEPEND, each once. */
  all: Binding[];
  /** `cat/name` of those that only DEPEND names: a node without the package does not miss it. */
  buildOnly: ReadonlySet<string>;
  /** `:=` atoms of RDEPEND and PDEPEND that stayed bare: no node would ever see a sub-slot rebuild for them. */
  unbound: string[];
}

type DependencyTexts = Readonly<Record<string, string>>;

/** @returns undefined where a dependency text cannot be read */
export function builtBindings(values: DependencyTexts): BuiltBindings | undefined {
  const runtime = bindingsOf(values, ['RDEPEND', 'PDEPEND']);
  const build = bindingsOf(values, ['DEPEND']);
  const unbound = ['RDEPEND', 'PDEPEND'].map((key) => unboundSlotOperators(values[key] ?? ''));
  if (!runtime || !build || unbound.includes(undefined)) return undefined;
  const inRuntime = new Set(runtime.map((binding) => binding.cp));
  return {
    all: distinct([...runtime, ...build]),
    buildOnly: new Set(build.map((binding) => binding.cp).filter((cp) => !inRuntime.has(cp))),
    unbound: unbound.flatMap((atoms) => atoms ?? []).map((atom) => atom.text),
  };
}

function bindingsOf(values: DependencyTexts, keys: string[]): Binding[] | undefined {
  const found: Binding[] = [];
  for (const key of keys) {
    const bindings = builtSlotOperatorBindings(values[key] ?? '');
    if (!bindings) return undefined;
    found.push(...bindings);
  }
  return found;
}

function distinct(bindings: Binding[]): Binding[] {
  return [...new Map(bindings.map((binding) => [bindingText(binding), binding])).values()];
}

/** What a build was asked for. */
export type WantedVariant = Omit<Variant, 'pool'>;

/**
 * Compares what was built with what was asked. A binding that only DEPEND names may come on top: the demanding node has no
 * such package, so it was not asked for.
 *
 * @returns undefined where it fits, else one sentence that names the first difference
 */
export function variantDifference(
  built: WantedVariant,
  wanted: WantedVariant,
  buildOnly: ReadonlySet<string>,
): string | undefined {
  if (built.cpv !== wanted.cpv) return `expected ${wanted.cpv}, got ${built.cpv}`;
  if (built.repository !== wanted.repository) {
    return `expected ${wanted.cpv} from repository ${wanted.repository}, got it from ${built.repository}`;
  }
  const use = listDifference(wanted.useEnabled, built.useEnabled);
  if (use) return `${wanted.cpv} has other USE flags than asked: ${use}`;
  const asked = wanted.bindings.map(bindingText);
  const askedNames = new Set(wanted.bindings.map((binding) => binding.cp));
  const counted = built.bindings.filter((binding) => askedNames.has(binding.cp) || !buildOnly.has(binding.cp));
  const bindings = listDifference(asked, counted.map(bindingText));
  return bindings && `${wanted.cpv} is bound otherwise than asked: ${bindings}`;
}

function listDifference(wanted: readonly string[], got: readonly string[]): string | undefined {
  const missing = wanted.filter((one) => !got.includes(one));
  const extra = got.filter((one) => !wanted.includes(one));
  if (missing.length + extra.length === 0) return undefined;
  const parts = [
    missing.length > 0 ? `missing ${missing.join(' ')}` : '',
    extra.length > 0 ? `unasked ${extra.join(' ')}` : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}
