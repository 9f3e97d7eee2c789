import { PORTAGE_GRAMMAR } from './grammar.ts';

/** One USE dependency of an atom, as in `[foo]`, `[-foo]`, `[foo?]`, `[!foo?]`, `[foo=]`, `[!foo=]`, each with `(+)` or `(-)`. */
export interface UseDependency {
  flag: string;
  /**
   * on: `[foo]`; off: `[-foo]`. The others depend on the same flag of the package that has the dependency:
   * if-on: `[foo?]` on if it is on there; if-off: `[!foo?]` off if it is off there;
   * same: `[foo=]`; opposite: `[!foo=]`.
   */
  kind: 'on' | 'off' | 'if-on' | 'if-off' | 'same' | 'opposite';
  /** What counts where the package has no such flag; null: then nothing matches. */
  default: 'on' | 'off' | null;
}

/** @returns undefined where the text between the brackets is no list of USE dependencies */
export function parseUseDependencies(text: string): UseDependency[] | undefined {
  const found: UseDependency[] = [];
  for (const part of text.split(',')) {
    const match = /^([!-]?)([^!?=()-][^!?=()]*)(\([+-]\))?([?=]?)$/.exec(part);
    const kind = match && KINDS[`${match[1]}${match[4]}`];
    const flag = match?.[2];
    if (!kind || flag === undefined || !PORTAGE_GRAMMAR.useFlag.test(flag)) return undefined;
    found.push({ flag, kind, default: match[3] === undefined ? null : match[3] === '(+)' ? 'on' : 'off' });
  }
  return found;
}

const KINDS: Partial<Record<string, UseDependency['kind']>> = {
  '': 'on',
  '-': 'off',
  '?': 'if-on',
  '!?': 'if-off',
  '=': 'same',
  '!=': 'opposite',
};

/** The flags of a package that may satisfy a dependency. */
export interface UseState {
  /** Enabled flags. */
  enabled: ReadonlySet<string>;
  /** All flags that it has. */
  iuse: ReadonlySet<string>;
}

/** @param parentUse whether a flag is on in the package that has the dependency */
export function satisfiesUse(
  dependency: UseDependency,
  state: UseState,
  parentUse: (flag: string) => boolean,
): boolean {
  const wanted = wantedState(dependency, parentUse(dependency.flag));
  if (wanted === undefined) return true;
  if (!state.iuse.has(dependency.flag)) return dependency.default === wanted;
  return state.enabled.has(dependency.flag) === (wanted === 'on');
}

/** undefined: the dependency asks nothing. */
function wantedState(dependency: UseDependency, parentHas: boolean): 'on' | 'off' | undefined {
  switch (dependency.kind) {
    case 'on':
    case 'off':
      return dependency.kind;
    case 'if-on':
      return parentHas ? 'on' : undefined;
    case 'if-off':
      return parentHas ? undefined : 'off';
    case 'same':
      return parentHas ? 'on' : 'off';
    case 'opposite':
      return parentHas ? 'off' : 'on';
  }
}
