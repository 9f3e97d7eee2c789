import fc from 'fast-check';
import { expect, test } from 'vitest';
import { oneLine, safeJson, terminalStream, terminalText } from '../../src/terminal/index.ts';

const ESC = '\u001b';
/** What may not reach a terminal. */
const DANGEROUS =
  /[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u2028\u2029]|\u001b(?!\[[0-9;]*m)/u;

test('colours of a build log stay', () => {
  const text = ` ${ESC}[32;01m*${ESC}[0m Compiling\n\tdone\n`;
  expect(terminalText(text)).toBe(text);
});

test.each([
  ['the window title', `${ESC}]0;owned\u0007`],
  ['the cursor', `${ESC}[2J${ESC}[1;1H`],
  ['the keyboard (an answer of the terminal)', `${ESC}[6n`],
  ['the clipboard', `${ESC}]52;c;cm0gLXJm\u0007`],
  ['a hyperlink', `${ESC}]8;;http://evil.example\u0007text${ESC}]8;;\u0007`],
  ['a sequence of the second set', '\u009b2J'],
  ['the line before', 'good\b\b\b\bevil'],
  ['the direction', '\u202egnp.exe'],
  ['a device string', `${ESC}Pq${ESC}\\`],
])('a log that would change %s is shown as marks', (_what, text) => {
  expect(terminalText(text)).not.toMatch(DANGEROUS);
});

test('a return of the carriage begins a line of its own, so that no line writes over another', () => {
  expect(terminalText('real\rforged\r\nnext\n')).toBe('real\nforged\nnext\n');
});

test('a name stays on one line and brings no colour', () => {
  expect(oneLine(`a\nnode ready\t${ESC}[32mb\u2028c`)).toBe('a node ready b\ufffdc');
});

test('JSON keeps its value, without a raw control character', () => {
  const value = { text: `\u009b2J\u2028\u202e${ESC}[2J\n`, half: '\ud800' };
  const json = safeJson(JSON.stringify(value));
  expect(JSON.parse(json)).toEqual(value);
  expect(json).not.toMatch(DANGEROUS);
});

test('whatever comes in whatever pieces, nothing dangerous goes out, and no more than came in', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(ESC, '[', '0', ';', 'm', 'J', ']', '\u0007', '\r', '\n', '\u009b', '\u202e', `${ESC}[31m`),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const filter = terminalStream();
      const out = pieces.map(filter).join('');
      expect(out).not.toMatch(DANGEROUS);
      expect(out.length).toBeLessThanOrEqual(pieces.join('').length);
      expect(oneLine(pieces.join(''))).not.toMatch(/[\n\u001b]/);
    }),
  );
});

test('a colour that is cut into pieces is put together again', () => {
  const filter = terminalStream();
  expect([`${ESC}`, '[3', '1mred', `${ESC}[0m`].map(filter).join('')).toBe(`${ESC}[31mred${ESC}[0m`);
});
