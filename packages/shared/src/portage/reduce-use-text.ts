/**
 * Decides the USE conditionals of any of Portage's conditional texts (LICENSE, RESTRICT, PROPERTIES, …), without looking at
 * what the words mean: `x? ( a ) b` with x off is `b`. Linear; text with unbalanced parentheses comes back as it was.
 *
 * @param useEnabled the enabled flags of the package
 */
export function reduceUseText(text: string, useEnabled: Iterable<string>): string {
  const enabled = new Set(useEnabled);
  const words = text.split(/\s+/).filter((word) => word !== '');
  const open: Group[] = [{ mark: '', isKept: true, words: [] }];
  let mark = '';
  for (const word of words) {
    if (word === '(') {
      open.push({ mark, isKept: keeps(mark, enabled), words: [] });
      mark = '';
    } else if (word === ')') {
      const group = open.pop();
      const parent = open.at(-1);
      if (!group || !parent) return text;
      if (group.isKept) parent.words.push(...closed(group, parent));
    } else if (isMark(word)) {
      mark = word;
    } else {
      open.at(-1)?.words.push(word);
    }
  }
  const [root, ...unclosed] = open;
  return unclosed.length === 0 && root ? root.words.join(' ') : text;
}

interface Group {
  /** What stood before its parenthesis: `||`, `flag?` or nothing. */
  mark: string;
  isKept: boolean;
  words: string[];
}

const isChoice = (mark: string): boolean => mark === '||' || mark === '^^' || mark === '??';
const isMark = (word: string): boolean => isChoice(word) || word.endsWith('?');

function keeps(mark: string, enabled: ReadonlySet<string>): boolean {
  if (!mark.endsWith('?') || isChoice(mark)) return true;
  return mark.startsWith('!') ? !enabled.has(mark.slice(1, -1)) : enabled.has(mark.slice(0, -1));
}

/** The words of a closed group as they stand in its parent: parentheses only where they mean something. */
function closed(group: Group, parent: Group): string[] {
  if (group.words.length === 0) return [];
  if (isChoice(group.mark)) return [group.mark, '(', ...group.words, ')'];
  return isChoice(parent.mark) && group.words.length > 1 ? ['(', ...group.words, ')'] : group.words;
}
