import { isPackageName, parseCpv } from './cpv.ts';
import { PORTAGE_GRAMMAR } from './grammar.ts';
import { parseUseDependencies, type UseDependency } from './use-dependency.ts';

/** `~` takes any revision of its version. */
export type AtomOperator = '=' | '=*' | '~' | '>' | '>=' | '<' | '<=';

/** A package dependency by PMS, plus Portage's `::repository`. */
export interface Atom {
  /** As it was written. */
  text: string;
  /** `!` and `!!`; null: no blocker. */
  blocker: 'weak' | 'strong' | null;
  /** null: any version. `=*` is `=cat/name-1.2*`. */
  operator: AtomOperator | null;
  /** category/name */
  cp: string;
  /** Without the `*` of `=*`; null where there is no operator. */
  version: string | null;
  /** null: any. */
  slot: string | null;
  subslot: string | null;
  /** `:=` and `:SLOT=` bind; `:*` says that any slot will do. */
  slotOperator: '=' | '*' | null;
  use: UseDependency[];
  repository: string | null;
}

/** Longer ones exist in no tree: atoms with some hundred USE dependencies are below 8 KiB. */
const MAX_LENGTH = 16_384;

/**
 * Reads one atom: `[!|!!][operator]category/name[-version][*][:slot][::repository][[use,…]]`.
 *
 * @returns undefined where the text is no atom (a version without an operator is none either)
 */
export function parseAtom(text: string): Atom | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const match =
    /^(!!?)?([<>]=?|=|~)?([^\s:[\]<>=~!*]+)(\*)?(?::(?!:)([^\s:[\]]*))?(?:::([^\s:[\]]*))?(?:\[([^[\]]*)\])?$/.exec(
      text,
    );
  if (!match) return undefined;
  const [, blocker, operator, name = '', star, slotText, repository, useText] = match;
  const target = parseTarget(name, operator, star !== undefined);
  const slot = slotText === undefined ? NO_SLOT : parseSlot(slotText);
  const use = useText === undefined ? [] : parseUseDependencies(useText);
  if (!target || !slot || !use) return undefined;
  if (repository !== undefined && !PORTAGE_GRAMMAR.repository.test(repository)) return undefined;
  return {
    text,
    blocker: blocker === undefined ? null : blocker === '!' ? 'weak' : 'strong',
    ...target,
    ...slot,
    use,
    repository: repository ?? null,
  };
}

type Target = Pick<Atom, 'operator' | 'cp' | 'version'>;

function parseTarget(name: string, operator: string | undefined, star: boolean): Target | undefined {
  if (star && operator !== '=') return undefined;
  if (operator === undefined) {
    const [category = '', packageName = '', ...rest] = name.split('/');
    const isName = rest.length === 0 && PORTAGE_GRAMMAR.category.test(category) && isPackageName(packageName);
    return isName ? { operator: null, cp: name, version: null } : undefined;
  }
  const cpv = parseCpv(name);
  if (!cpv) return undefined;
  return { operator: star ? '=*' : (operator as AtomOperator), cp: cpv.cp, version: cpv.version };
}

type SlotPart = Pick<Atom, 'slot' | 'subslot' | 'slotOperator'>;
const NO_SLOT: SlotPart = { slot: null, subslot: null, slotOperator: null };

/** `0`, `0/2`, `=`, `0=`, `0/2=`, `*`. */
function parseSlot(text: string): SlotPart | undefined {
  if (text === '*') return { ...NO_SLOT, slotOperator: '*' };
  if (text === '=') return { ...NO_SLOT, slotOperator: '=' };
  const slotOperator = text.endsWith('=') ? '=' : null;
  const [slot = '', subslot, ...rest] = (slotOperator ? text.slice(0, -1) : text).split('/');
  const isRight =
    rest.length === 0 &&
    PORTAGE_GRAMMAR.slot.test(slot) &&
    (subslot === undefined || PORTAGE_GRAMMAR.slot.test(subslot));
  return isRight ? { slot, subslot: subslot ?? null, slotOperator } : undefined;
}
