import { PORTAGE_GRAMMAR } from '../portage/grammar.ts';

export interface UseFlag {
  /** Long form: `cpu_flags_x86_avx2`. */
  name: string;
  /** `gone`: the installed version had the flag, the one to be merged has not. */
  state: 'enabled' | 'disabled' | 'gone';
}

/** `(x)` forced or masked, `{x}` tied to FEATURES=test, `-x` off, `x*` switched, `x%` new or gone. */
const FLAG = /^([({]*)(-?)([^\s(){}%*]+)([%*]*)([)}]*)$/;

/**
 * The flags of one group, `USE="…"` or that of a USE_EXPAND variable such as `CPU_FLAGS_X86="…"`.
 *
 * @returns undefined where one word is no flag: then the whole row must not be taken for understood
 */
export function parseUseGroup(variable: string, text: string): UseFlag[] | undefined {
  const prefix = variable === 'USE' ? '' : `${variable.toLowerCase()}_`;
  const flags: UseFlag[] = [];
  for (const word of text.split(' ')) {
    if (word === '') continue;
    const flag = parseUseFlag(word, prefix);
    if (!flag) return undefined;
    flags.push(flag);
  }
  return flags;
}

function parseUseFlag(word: string, prefix: string): UseFlag | undefined {
  const match = FLAG.exec(word);
  if (!match) return undefined;
  const [, open = '', minus, shortName = '', marks = '', close = ''] = match;
  const name = prefix + shortName;
  if (!PORTAGE_GRAMMAR.useFlag.test(name) || !closes(open, close)) return undefined;
  if (minus === '') return { name, state: 'enabled' };
  return { name, state: isGone(open, marks) ? 'gone' : 'disabled' };
}

/**
 * The trap of identity: `(-x%)` and `(-x%*)` tell what the node *had*, so nodes that want the very same package differ in it.
 * Portage's display (_create_use_string) marks a disabled flag that is new in IUSE with `%` only if it is not forced or masked,
 * and puts parentheses around forced and masked ones only. So disabled, in parentheses and with `%` together can only be a
 * flag that the new version lacks. `(-x)` and `(-x*)` are masked flags that it has, `-x%` is new in it, and `(x%*)`,
 * enabled, is new and forced: flags that are gone are never shown enabled. Braces say nothing here.
 */
function isGone(open: string, marks: string): boolean {
  return open.includes('(') && marks.includes('%');
}

/** `(` wants `)`, `({` wants `})`. */
function closes(open: string, close: string): boolean {
  const expected = open.split('').reverse().join('');
  return expected.replaceAll('(', ')').replaceAll('{', '}') === close;
}
