/**
 * Text → words, by the quoting rules of a POSIX shell without any expansion: what Portage does with EMERGE_DEFAULT_OPTS,
 * and how `portageq envvar -v` prints values (a value may hold line ends).
 *
 * @returns undefined where a quote is not closed or the text ends in a lone backslash
 */
export function splitShellWords(text: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      at += 1;
      continue;
    }
    const part = nextPart(text, at);
    if (!part) return undefined;
    word = (word ?? '') + part.value;
    at = part.end;
  }
  if (word !== undefined) words.push(word);
  return words;
}

interface Part {
  value: string;
  /** Index behind the part. */
  end: number;
}

function nextPart(text: string, start: number): Part | undefined {
  const first = text.charAt(start);
  if (first === '\\') return start + 1 < text.length ? { value: text.charAt(start + 1), end: start + 2 } : undefined;
  if (first === "'") return singleQuoted(text, start);
  if (first === '"') return doubleQuoted(text, start);
  const plain = /^[^\s\\'"]+/.exec(text.slice(start, start + 4096))?.[0] ?? '';
  return { value: plain, end: start + plain.length };
}

function singleQuoted(text: string, start: number): Part | undefined {
  const close = text.indexOf("'", start + 1);
  return close < 0 ? undefined : { value: text.slice(start + 1, close), end: close + 1 };
}

/** Inside double quotes a backslash takes only itself, a double quote, `$` and a back-quote literally. */
function doubleQuoted(text: string, start: number): Part | undefined {
  let value = '';
  for (let at = start + 1; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') return { value, end: at + 1 };
    if (character === '\\' && /["\\$`]/.test(text.charAt(at + 1))) at += 1;
    value += text.charAt(at);
  }
  return undefined;
}
