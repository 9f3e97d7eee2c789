import { describe, expect, it } from 'vitest';
import { isWholeList, PRETEND_LIMITS, type PretendLimits, parsePretendText } from '../../../src/emerge/index.ts';

const MIB = 1024 * 1024;
const ROW = '[ebuild  N     ] app-misc/jq-1.7.1::gentoo  USE="oniguruma -static-libs" 0 KiB\n';
const TOTAL = '\nTotal: 1 package (1 new), Size of downloads: 0 KiB\n';

/** Of the processor, garbage collection included: a busy machine must not decide. */
const LIMIT_MS = 4000;

/** Milliseconds of the processor, and the codes of the problems. */
function read(text: string, limits: Partial<PretendLimits> = {}) {
  const begin = process.cpuUsage();
  const result = parsePretendText(text, limits);
  const used = process.cpuUsage(begin);
  const codes = result.problems.map((problem) => problem.code);
  return { tookMs: (used.user + used.system) / 1000, codes, result };
}

describe('large output', () => {
  it.each([
    ['text', 'the quick brown fox jumps over the lazy dog\n'],
    ['rows', ROW],
  ])('is refused by name in bounded time: 100 MB of %s', (_, unit) => {
    const { tookMs, codes, result } = read(unit.repeat(Math.ceil((100 * MIB) / unit.length)));
    expect(codes).toContain('too-large');
    expect(isWholeList(result)).toBe(false);
    expect(tookMs).toBeLessThan(LIMIT_MS);
  });

  it.each([
    ['one line', 'x'],
    ['line ends', '\n'],
    ['totals', TOTAL.trimStart()],
    ['messages that never end', '!!! All ebuilds that could satisfy "a/b" have been masked.\n'],
    ['escapes', '\u001b]0;'],
  ])('is refused by name in bounded time where it is just over the limit: %s', (_, unit) => {
    const { tookMs, codes, result } = read(unit.repeat(Math.ceil(PRETEND_LIMITS.textLength / unit.length) + 1));
    expect(codes).toContain('too-large');
    expect(isWholeList(result)).toBe(false);
    expect(tookMs).toBeLessThan(LIMIT_MS);
  });

  it('leaves a 50 MB line out and reads the rest', () => {
    const text = `${ROW}${'y'.repeat(50 * MIB)}\n${TOTAL}`;
    const { tookMs, codes, result } = read(text, { textLength: 60 * MIB });
    expect(codes).toContain('too-large');
    expect(result.entries).toHaveLength(1);
    expect(tookMs).toBeLessThan(LIMIT_MS);
  });

  it.each([
    ['spaces in a row', `[ebuild  N     ] a/b-1 ${' '.repeat(200_000)}x\n`],
    ['digits in a size', `[ebuild  N     ] a/b-1 ${'1,'.repeat(100_000)}x\n`],
    ['grouped digits in a size', `[ebuild  N     ] a/b-1 1${' 111'.repeat(50_000)}x\n`],
    ['hyphens in a name', `[binary  N     ] a/b${'-1'.repeat(100_000)}-1\n`],
    ['flags', `[ebuild  N     ] a/b-1 USE="${'x '.repeat(100_000)}" 0 KiB\n`],
    ['brackets around a flag', `[ebuild  N     ] a/b-1 USE="${'('.repeat(100_000)}x${'}'.repeat(100_000)}" 0 KiB\n`],
    ['digits of a total', `Total: 1 package, Size of downloads: ${'1 '.repeat(100_000)}x\n`],
    [
      'atoms of a world file',
      `!!! Ebuilds for the following packages are either all\n!!! x\n${'a/b '.repeat(30_000)}\n`,
    ],
    ['parentheses of a circle', ` * Error: circular dependencies:\n${'('.repeat(200_000)}\n`],
    ['proposals', `The following USE changes are necessary to proceed:\n${'=a/b-1 x\n'.repeat(50_000)}`],
  ])('takes linear time for %s', (_, text) => {
    expect(read(text).tookMs).toBeLessThan(LIMIT_MS);
  });

  it('keeps no more rows and problems than its limits say', () => {
    const blockers = '[blocks B      ] a/b ("a/b" is hard blocking c/d-1)\n';
    const rows = read(ROW.repeat(30) + TOTAL, { entries: 10 });
    expect(rows.result.entries).toHaveLength(10);
    expect(rows.codes).toContain('too-large');
    const many = Array.from({ length: 30 }, (_, index) => blockers.replaceAll('a/b', `a/b${index}`)).join('');
    const bounded = read(many + TOTAL, { problems: 10 });
    expect(bounded.result.problems).toHaveLength(10);
    expect(bounded.codes[0]).toBe('too-large');
  });

  it('reads a list of 2500 packages with long USE', () => {
    const flags = Array.from({ length: 60 }, (_, index) => `-flag${index}`).join(' ');
    const row = ROW.replace('-static-libs', flags);
    const { tookMs, codes, result } = read(row.repeat(2500) + TOTAL.replace('1 package', '2500 packages'));
    expect(codes).toEqual([]);
    expect(result.entries).toHaveLength(2500);
    expect(tookMs).toBeLessThan(LIMIT_MS);
    expect(PRETEND_LIMITS.entries).toBeGreaterThan(2500);
  });
});
