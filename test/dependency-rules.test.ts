import { posix } from 'node:path';
import { expect, test } from 'vitest';
import * as rules from './dependency-rules.ts';
import { type SourceFile, sourceFiles } from './source-files.ts';

const PACKAGES = ['shared', 'agent', 'coordinator', 'testkit'];
const source = PACKAGES.flatMap((name) =>
  sourceFiles(`packages/${name}/src`).map((file) => ({ ...file, owner: name })),
);
type OwnedFile = (typeof source)[number];

/** `demand/decide-wishes.ts` of packages/coordinator/src/demand/decide-wishes.ts */
const inside = (file: SourceFile): string => file.path.split('/').slice(3).join('/');
const roomOf = (path: string): string => path.split('/')[0] ?? '';
const isTypeOnly = (file: SourceFile, target: string): boolean =>
  new RegExp(`import type [^;]*['"]${target.replaceAll('.', '\\.')}['"]`).test(file.text);

test('packages import only the packages that the map allows', () => {
  expect(source.flatMap(packageBreaches)).toEqual([]);
  const outside = sourceFiles('e2e').map((file) => ({ ...file, owner: 'e2e' }));
  expect(outside.flatMap(packageBreaches)).toEqual([]);
});

test('shared uses no module of Node', () => {
  const breaches = source
    .filter((file) => rules.NO_NODE_MODULES.packages.includes(file.owner))
    .flatMap((file) => file.imports.filter((name) => name.startsWith('node:')).map((name) => `${file.path} → ${name}`))
    .filter((breach) => !rules.NO_NODE_MODULES.except.test(breach));
  expect(breaches, rules.NO_NODE_MODULES.reason).toEqual([]);
});

test('steps import only steps before them, and of those only the head', () => {
  expect(source.flatMap(stepBreaches)).toEqual([]);
});

test('nobody imports the edge but the edge', () => {
  const breaches = relativeImports().filter(
    ({ file, target }) => isEdge(file.owner, target) && !isEdge(file.owner, inside(file)),
  );
  expect(breaches.map(({ file, target }) => `${file.path} → ${target}`)).toEqual([]);
});

test('each library has its place', () => {
  const breaches = source
    .filter((file) => file.owner === 'agent' || file.owner === 'coordinator')
    .flatMap((file) => file.imports.flatMap((name) => libraryBreaches(file, name)));
  expect(breaches).toEqual([]);
});

test('words of the platform stand only where the map allows', () => {
  const breaches = source.flatMap((file) =>
    rules.WORD_PLACES.filter(
      ({ word, places }) => word.test(withoutComments(file.text)) && !places.test(file.path),
    ).map(({ word, reason }) => `${file.path}: ${word.source} (${reason})`),
  );
  expect(breaches).toEqual([]);
});

test('the map is whole: every room of the programs stands in it', () => {
  for (const owner of ['agent', 'coordinator']) {
    const known = [...(rules.STEPS[owner] ?? []), ...(rules.SUPPORT[owner] ?? []), ...(rules.EDGE[owner] ?? [])];
    const rooms = new Set(source.filter((file) => file.owner === owner).map((file) => roomOf(inside(file))));
    expect([...rooms].filter((room) => !known.includes(room))).toEqual([]);
  }
});

function packageBreaches(file: OwnedFile | (SourceFile & { owner: string })): string[] {
  const edges = rules.PACKAGE_EDGES[file.owner];
  return file.imports.flatMap((name) => {
    const past =
      /^\.\.?\//.test(name) && !staysInPackage(file, name) ? [`${file.path} → ${name} (past a package's exports)`] : [];
    const target = /^@binhost\/([^/]+)/.exec(name)?.[1];
    if (!target || target === rules.TEST_PACKAGE || edges?.may.includes(target)) return past;
    return [...past, `${file.path} → ${name} (${edges?.reason})`];
  });
}

function staysInPackage(file: SourceFile, name: string): boolean {
  const target = posix.normalize(posix.join(posix.dirname(file.path), name));
  const depth = file.path.startsWith('packages/') ? 2 : 1;
  return target.split('/').slice(0, depth).join('/') === file.path.split('/').slice(0, depth).join('/');
}

function relativeImports(): { file: OwnedFile; target: string; name: string }[] {
  return source.flatMap((file) =>
    file.imports
      .filter((name) => name.startsWith('.'))
      .map((name) => ({ file, name, target: posix.normalize(posix.join(posix.dirname(inside(file)), name)) })),
  );
}

function isEdge(owner: string, path: string): boolean {
  return (rules.EDGE[owner] ?? []).includes(roomOf(path));
}

function stepBreaches(file: OwnedFile): string[] {
  const steps = rules.STEPS[file.owner];
  const from = roomOf(inside(file));
  if (!steps?.includes(from)) return [];
  return relativeImports()
    .filter((edge) => edge.file === file && steps.includes(roomOf(edge.target)) && roomOf(edge.target) !== from)
    .flatMap(({ target, name }) => {
      const to = roomOf(target);
      const isLent = rules.LENT_HANDS.some((loan) => loan.from === from && loan.to === to);
      // status may read every table; it stands last, so every step is before it
      if (steps.indexOf(to) > steps.indexOf(from)) return [`${file.path} → ${target} (a later step)`];
      if (rules.HANDS.test(target) && !isLent && !isTypeOnly(file, name))
        return [`${file.path} → ${target} (another step's hands)`];
      return [];
    });
}

function libraryBreaches(file: OwnedFile, name: string): string[] {
  return rules.LIBRARY_PLACES.filter(({ library, places }) => library.test(name) && !places.test(inside(file))).map(
    ({ reason }) => `${file.path} → ${name} (${reason})`,
  );
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}
