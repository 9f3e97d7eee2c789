import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isWholeList,
  MERGE_CHANGES,
  type MergeEntry,
  PROBLEM_CODES,
  type PretendResult,
  parsePretendOutput,
  parsePretendText,
} from '../../src/emerge/index.ts';
import { renderMergeList } from './render-merge-list.ts';

const word = fc.stringMatching(/^[a-z][a-z0-9+_]{0,8}$/);
const version = fc.stringMatching(/^\d{1,3}(\.\d{1,2}){0,2}[a-z]?(_(rc|p|beta)\d?)?(-r[1-9])?$/);
const flags = fc.uniqueArray(fc.tuple(fc.constantFrom('', 'cpu_flags_x86_'), word, fc.boolean()), {
  maxLength: 6,
  selector: ([prefix, name]) => prefix + name,
});

const entry: fc.Arbitrary<MergeEntry> = fc
  .record({
    kind: fc.constantFrom('ebuild', 'binary', 'uninstall'),
    names: fc.tuple(word, word, version),
    build: fc.integer({ min: 1, max: 999 }),
    slot: fc.constantFrom('0', '2.4', 'stable'),
    subslot: fc.option(fc.constantFrom('1', '3.0')),
    repository: fc.constantFrom('gentoo', 'my-overlay'),
    change: fc.constantFrom(...MERGE_CHANGES),
    flags,
    installed: fc.array(version, { maxLength: 2 }),
    size: fc.nat(2_000_000),
    mask: fc.constantFrom(null, '~', '*', '#'),
    interactive: fc.boolean(),
  } as const)
  .map((made) => toEntry(made));

function toEntry(made: {
  kind: 'ebuild' | 'binary' | 'uninstall';
  names: [string, string, string];
  build: number;
  slot: string;
  subslot: string | null;
  repository: string;
  change: MergeEntry['change'];
  flags: [string, string, boolean][];
  installed: string[];
  size: number;
  mask: MergeEntry['mask'];
  interactive: boolean;
}): MergeEntry {
  const [category, name, number] = made.names;
  const merges = made.kind !== 'uninstall';
  const named = (on: boolean) => made.flags.filter((flag) => flag[2] === on).map((flag) => flag[0] + flag[1]);
  return {
    kind: made.kind,
    cpv: `${category}/${name}-${number}`,
    buildId: made.kind === 'binary' ? made.build : null,
    slot: made.slot,
    subslot: made.subslot ?? made.slot,
    repository: made.repository,
    change: merges ? made.change : null,
    use: { enabled: named(true).sort(), disabled: named(false).sort() },
    installed: made.installed,
    downloadKiB: merges ? made.size : null,
    mask: merges ? made.mask : null,
    fetchRestricted: null,
    interactive: merges && made.interactive,
  };
}

function expectSound(result: PretendResult): void {
  for (const problem of result.problems) expect(PROBLEM_CODES).toContain(problem.code);
  expect(JSON.parse(JSON.stringify(result))).toEqual(result);
}

describe('any output', () => {
  it('is read back as it was printed', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), (entries) => {
        const result = parsePretendText(renderMergeList(entries));
        expect(result.entries).toEqual(entries);
        expect(result.problems).toEqual([]);
        expect(isWholeList(result)).toBe(true);
      }),
    );
  });

  it('gives no short list without a problem when it was cut anywhere', () => {
    fc.assert(
      fc.property(
        fc.array(entry, { minLength: 1, maxLength: 6 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        cutIsTold,
      ),
    );
  });

  function cutIsTold(entries: MergeEntry[], part: number): void {
    const text = renderMergeList(entries);
    const result = parsePretendText(text.slice(0, Math.floor(text.length * part)));
    expect(result.entries).toEqual(entries.slice(0, result.entries.length));
    if (result.entries.length < entries.length) expect(result.problems).not.toEqual([]);
    if (result.problems.length === 0) expect(isWholeList(result)).toBe(true);
    else expect(isWholeList(result)).toBe(false);
  }

  it('gives no short list without a problem when a recorded output was cut anywhere', () => {
    const untold: string[] = [];
    const directory = new URL('./pretend-outputs/', import.meta.url);
    for (const name of readdirSync(directory)) {
      const text = readFileSync(new URL(name, directory), 'utf8').split('\n----------\n')[0] ?? '';
      const whole = parsePretendText(text).entries.length;
      for (let end = 0; end < text.length; end += 31) {
        const result = parsePretendText(text.slice(0, end));
        const short = result.entries.length < whole;
        if (short && (result.problems.length === 0 || isWholeList(result))) untold.push(`${name} cut at ${end}`);
      }
    }
    expect(untold).toEqual([]);
  });

  it('gives no short list without a problem when a line of it was lost or changed', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 6 }), fc.nat(), fc.string(), (entries, at, instead) => {
        const merges = entries.filter((made) => made.kind !== 'uninstall');
        const lines = renderMergeList(merges).split('\n');
        const row = 5 + (at % Math.max(1, merges.length));
        lines[row] = instead.replaceAll(/[\r\n]/g, ' ');
        const result = parsePretendText(lines.join('\n'));
        if (merges.length > 0) expect(result.problems).not.toEqual([]);
      }),
    );
  });

  it('never throws on any text, in either stream', () => {
    const junk = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => String.fromCharCode(...bytes)),
      fc
        .array(
          fc.constantFrom(
            '[ebuild ',
            ' N     ] ',
            'a/b-1',
            '!!! ',
            'USE="',
            '"',
            '\n',
            ' * Error: ',
            'Total: ',
            '(',
            ']',
          ),
        )
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(junk, junk, (stdout, stderr) => {
        const result = parsePretendOutput({ stdout, stderr });
        expectSound(result);
        if (result.entries.length === 0) expect(result.problems).not.toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
