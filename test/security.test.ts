import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectRoot } from './source-files.ts';

/** SECURITY.md's threats are held to the code: every row names a test that is there. */
const LEAST_ATTACKS = 60;

const rows = readFileSync(join(projectRoot, 'SECURITY.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| what they try'))
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|')))
  .map(([, attack = '', stop = '', shown = '']) => {
    const [, title = '', file = ''] = /^\[(.*)\]\(([^()]+)\)$/.exec(shown) ?? [];
    return { attack, stop, title, file };
  });

test(`at least ${LEAST_ATTACKS} attacks are named, each with what stops it`, () => {
  expect(rows.length).toBeGreaterThanOrEqual(LEAST_ATTACKS);
  expect(rows.filter(({ attack, stop }) => attack === '' || stop === '')).toEqual([]);
  expect(new Set(rows.map(({ file, title }) => `${file} ${title}`)).size).toBeGreaterThanOrEqual(LEAST_ATTACKS);
});

describe('the test that shows it exists', () => {
  test.each(rows)('$attack', ({ title, file }) => {
    expect(existsSync(join(projectRoot, file)), `${file} exists`).toBe(true);
    const source = readFileSync(join(projectRoot, file), 'utf8');
    expect(source.includes(`'${title}'`) || source.includes(`"${title}"`), `${file} has '${title}'`).toBe(true);
  });
});
