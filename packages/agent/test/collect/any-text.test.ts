import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parsePretendOutput } from '@binhost/shared/emerge';
import { fuzzRun, heapInUse } from '@binhost/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseBinrepos } from '../../src/collect/binrepos.ts';

const LONGEST_MS = 1000;
const MOST_HEAP = 30 * 1024 * 1024;
const FOREVER_MS = 3_600_000;

/** What real emerges printed. */
const outputs = fileURLToPath(new URL('../../../shared/test/emerge/pretend-outputs/', import.meta.url));
const real = readdirSync(outputs).map((name) => readFileSync(`${outputs}/${name}`, 'utf8'));

const pieces = [
  '[',
  ']',
  '[DEFAULT]\n',
  '[binhost]\n',
  'sync-uri',
  'location',
  ' = ',
  ':',
  '\n',
  ' ',
  '\t',
  '#',
  '__proto__',
];
const part = fc.oneof(
  fc.constantFrom(...pieces),
  fc.string({ unit: 'binary', maxLength: 40 }),
  // long runs of one character: what makes a careless expression slow
  fc
    .tuple(fc.constantFrom(' ', '[', '=', 'a', '\t', '"', '('), fc.nat({ max: 60_000 }))
    .map(([one, n]) => one.repeat(n)),
);
const anyText = fc.array(part, { maxLength: 20 }).map((parts) => parts.join(''));

/** Real text with pieces of any text put in, and its end cut off. */
const damaged = fc
  .tuple(fc.constantFrom(...real), fc.array(fc.tuple(fc.nat(), part), { maxLength: 5 }), fc.nat())
  .map(([text, changes, end]) => {
    let changed = text;
    for (const [at, piece] of changes) {
      const place = at % (changed.length + 1);
      changed = changed.slice(0, place) + piece + changed.slice(place);
    }
    return changed.slice(0, end % (changed.length + 1));
  });

function inTime<T>(act: () => T): T {
  const beganMs = performance.now();
  const result = act();
  expect(performance.now() - beganMs).toBeLessThan(LONGEST_MS);
  return result;
}

test(
  'any text as binrepos.conf is read in bounded time, and every repository has a name and a place',
  () => {
    const before = heapInUse();
    fc.assert(
      fc.property(anyText, (text) => {
        for (const repository of inTime(() => parseBinrepos(text))) {
          expect(repository.name).not.toBe('');
          expect(repository.location).not.toBe('');
        }
      }),
      fuzzRun('binrepos.conf', 300),
    );
    expect(heapInUse() - before).toBeLessThan(MOST_HEAP);
  },
  FOREVER_MS,
);

test('a line of blanks without end is read at once', () => {
  const text = `[binhost]\nsync-uri = x${' '.repeat(300_000)}y\nlocation = /z${' '.repeat(300_000)}\n`;
  expect(inTime(() => parseBinrepos(text))).toMatchObject([{ name: 'binhost', location: '/z' }]);
});

test(
  'what emerge printed, damaged anyhow, is read in bounded time and names no package that is none',
  () => {
    const before = heapInUse();
    fc.assert(
      fc.property(damaged, fc.oneof(anyText, fc.constant('')), (stdout, stderr) => {
        for (const { kind, cpv } of inTime(() => parsePretendOutput({ stdout, stderr })).entries) {
          // the row of a blocker names an atom
          if (kind !== 'blocks') expect(cpv).toMatch(/^[A-Za-z0-9_][A-Za-z0-9+_.-]*\/[A-Za-z0-9_][A-Za-z0-9+_.-]*$/);
        }
      }),
      fuzzRun("emerge's output", 100),
    );
    expect(heapInUse() - before).toBeLessThan(MOST_HEAP);
  },
  FOREVER_MS,
);
