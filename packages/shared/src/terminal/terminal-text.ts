/**
 * Text of others as it may stand on a terminal or in a log: with its colours, and without what moves the cursor, renames the
 * window, answers into the keyboard, or lets a line look like another one.
 */

/** Control characters but newline and tab; the second set of them; marks of direction and no width; separators; half characters. */
const CONTROL =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Surrogate}/gu;
/** Select Graphic Rendition: colour and weight. */
const COLOUR = /\u001b\[[0-9;]{0,30}m/g;
/** The beginning of one, at the end of what came so far. */
const BEGUN = /\u001b(?:\[[0-9;]{0,30})?$/;

/** Text of any number of lines. Colours stay, returns of the carriage become line ends, all else becomes a visible mark. */
export function terminalText(text: string): string {
  let result = '';
  let at = 0;
  for (const match of text.matchAll(COLOUR)) {
    result += marked(text.slice(at, match.index)) + match[0];
    at = match.index + match[0].length;
  }
  return result + marked(text.slice(at));
}

/** The same for text that comes in pieces: a colour that is cut in two by them is put together again. */
export function terminalStream(): (piece: string) => string {
  let held = '';
  return (piece) => {
    const text = held + piece;
    held = BEGUN.exec(text)?.[0] ?? '';
    if (held === '' && text.endsWith('\r')) held = '\r';
    return terminalText(held === '' ? text : text.slice(0, -held.length));
  };
}

/** Text as one line without colours: a name, a reason, a cell of a table. */
export function oneLine(text: string): string {
  return marked(text.replace(COLOUR, '')).replace(/[\n\t]+/g, ' ');
}

/** JSON text, the same value, in which nothing is left that a terminal or a reader could mistake. */
export function safeJson(json: string): string {
  return json.replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function marked(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(CONTROL, visible);
}

/** Of the first set there are pictures: ␛ */
function visible(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : '\ufffd';
}
