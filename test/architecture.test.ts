import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot, sourceFiles } from './source-files.ts';

/** ARCHITECTURE.md's table of steps is held to the code: its paths exist, and every table of the database has its owner. */
const rows = readFileSync(join(projectRoot, 'ARCHITECTURE.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| [a-z]+ \| .*→/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, step = '', , entry = '', , tables = '']) => ({ step, entry, tables }));

test('the entry of every step exists', () => {
  const missing = rows.flatMap(({ step, entry }) => {
    const packages = entry.startsWith('both') ? ['agent', 'coordinator'] : [entry.split(' ')[0] ?? ''];
    const paths = [...entry.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
    const inStep = (path: string) => (path.includes('/') ? path : `${step}/${path}`);
    return packages.flatMap((name) => paths.map((path) => join('packages', name, 'src', inStep(path))));
  });
  expect(missing.filter((path) => !existsSync(join(projectRoot, path)))).toEqual([]);
});

test('every table of the database stands at the step that declares it', () => {
  const owners = sourceFiles('packages/coordinator/src')
    .filter((file) => file.path.endsWith('-tables.ts'))
    .flatMap((file) => {
      const step = file.path.split('/')[3];
      return [...file.text.matchAll(/pgTable\(\s*'([a-z_]+)'/g)].map((match) => `${step}: ${match[1]}`);
    });
  const documented = rows.flatMap(({ step, tables }) => tables.split(', ').map((table) => `${step}: ${table}`));
  expect(owners.filter((owner) => !documented.includes(owner))).toEqual([]);
});
