import type { MergeEntryOnWire, Report } from '@binhost/shared/protocol';
import { makeNodeFacts } from '@binhost/testkit';
import { describe, expect, test } from 'vitest';
import { type JudgeBy, judgeRows } from '../../src/demand/judge-rows.ts';
import type { EbuildMetadata } from '../../src/tree/ebuild-metadata.ts';
import { makeRow } from './make-row.ts';

const UNKNOWN = { libc: null, gcc: null };
const PLAIN: JudgeBy = {
  excluded: [],
  allowed: [],
  report: { problems: [], facts: makeNodeFacts() },
  repositories: new Map([['gentoo', null]]),
  toolchains: { pool: UNKNOWN, node: UNKNOWN },
  lost: new Set(),
  roots: new Set(),
  unserved: new Set(),
  denialOf: () => undefined,
};

function judge(
  entry: Partial<MergeEntryOnWire>,
  metadata: Partial<EbuildMetadata> | null = {},
  by: Partial<JudgeBy> = {},
): string {
  const all: JudgeBy = {
    ...PLAIN,
    ...by,
  };
  const [first] = judgeRows([makeRow(entry, metadata)], all);
  const judgement = first?.judgement;
  if (!judgement) return 'no demand';
  return judgement.event === 'build-wanted' ? 'build-wanted' : `${judgement.event} ${judgement.code}`;
}

describe('policy', () => {
  test.each<[string, Partial<MergeEntryOnWire>, Partial<EbuildMetadata>, string]>([
    ['an ordinary ebuild', {}, {}, 'build-wanted'],
    ['a binary', { kind: 'binary', buildId: 1 }, {}, 'no demand'],
    ['an uninstall', { kind: 'uninstall' }, {}, 'no demand'],
    ['a live version', { cpv: 'app-misc/live-9999' }, {}, 'exclude live'],
    ['a live version of a branch', { cpv: 'app-misc/live-2.9999-r1' }, {}, 'exclude live'],
    ['a version that only begins like a live one', { cpv: 'app-misc/live-99991.2' }, {}, 'build-wanted'],
    ['a live ebuild by its properties', { cpv: 'app-misc/live-1' }, { properties: 'live' }, 'exclude live'],
    ['kernel sources', { cpv: 'sys-kernel/gentoo-sources-6.12.1' }, {}, 'exclude kernel'],
    ['a distribution kernel', { cpv: 'sys-kernel/gentoo-kernel-6.12.1' }, {}, 'exclude kernel'],
    ['kernel headers', { cpv: 'sys-kernel/linux-headers-6.12' }, {}, 'build-wanted'],
    ['a kernel module', { cpv: 'sys-fs/zfs-kmod-2.3' }, { depend: 'virtual/linux-sources' }, 'exclude kernel-module'],
    [
      'a package whose module part is off',
      { cpv: 'x11-drivers/driver-1', use: { enabled: [], disabled: ['modules'] } },
      { depend: 'modules? ( virtual/linux-sources )' },
      'build-wanted',
    ],
    ['a repackaged binary', { cpv: 'dev-lang/rust-bin-1.90' }, {}, 'exclude already-binary'],
    ['what may not be passed on', {}, { restrict: 'mirror bindist' }, 'exclude bindist'],
    [
      'what may be passed on with its flag',
      { use: { enabled: ['bindist'], disabled: [] } },
      { restrict: '!bindist? ( bindist )' },
      'build-wanted',
    ],
    ['a row without a repository', { repository: null }, {}, 'exclude no-repository'],
  ])('judges %s', (_what, entry, metadata, expected) => {
    expect(judge(entry, metadata)).toBe(expected);
  });

  test('excludes what demand.exclude names, by package and by category', () => {
    expect(judge({ cpv: 'www-client/chromium-140' }, {}, { excluded: ['www-client/chromium'] })).toBe('exclude policy');
    expect(judge({ cpv: 'games-fps/doom-1' }, {}, { excluded: ['games-fps/*'] })).toBe('exclude policy');
    expect(judge({ cpv: 'www-client/chromium-widget-1' }, {}, { excluded: ['www-client/chromium'] })).toBe(
      'build-wanted',
    );
  });

  test('excludes packages that the node wants to test itself', () => {
    const report = { problems: [], facts: makeNodeFacts({ features: ['test'] }) };
    expect(judge({ use: { enabled: ['test'], disabled: [] } }, {}, { report })).toBe('exclude own-tests');
    expect(judge({ use: { enabled: [], disabled: ['test'] } }, {}, { report })).toBe('build-wanted');
  });

  test.each([
    ['patches it', { localChanges: ['dev-libs/libfoo'] }, 'exclude local-changes'],
    ['patches another', { localChanges: ['dev-libs/libfoo-extra'] }, 'build-wanted'],
    ['has a bashrc', { localChanges: ['*/*'] }, 'exclude local-changes'],
    ['has it in a repository that the binhost has too', { shadowed: ['dev-libs/libfoo'] }, 'build-wanted'],
  ])('looks at whether the node %s', (_what, facts, expected) => {
    expect(judge({}, {}, { report: { problems: [], facts: makeNodeFacts(facts) } })).toBe(expected);
  });

  test("excludes what a repository of the node's own shadows", () => {
    const report = { problems: [], facts: makeNodeFacts({ shadowed: ['dev-libs/libfoo'] }) };
    expect(judge({ repository: 'own' }, null, { report })).toBe('exclude local-changes');
  });

  test('leaves out default rules that demand.allow names', () => {
    const kmod = { cpv: 'sys-fs/zfs-kmod-2.3' };
    const metadata = { depend: 'virtual/linux-sources', restrict: 'bindist' };
    expect(judge(kmod, metadata, { allowed: ['kernel-module'] })).toBe('exclude bindist');
    expect(judge(kmod, metadata, { allowed: ['bindist', 'kernel-module'] })).toBe('build-wanted');
  });

  test('does not exclude virtuals and accounts, which a binary-only node needs as binaries', () => {
    expect(judge({ cpv: 'virtual/libc-1' })).toBe('build-wanted');
    expect(judge({ cpv: 'acct-user/ntp-0' })).toBe('build-wanted');
  });
});

describe('obstacles', () => {
  const proposal = (code: Report['problems'][number]['code'], atom: string, line: string): Partial<JudgeBy> => ({
    report: {
      problems: [{ code, atom, message: 'A change is needed', lines: ['# required by x', line] }],
      facts: makeNodeFacts(),
    },
  });

  test('a repository that the binhost lacks', () => {
    expect(judge({ repository: 'extra' }, null)).toBe('obstacle not-in-tree');
  });

  test('a version that the binhost lacks', () => {
    expect(judge({}, null)).toBe('obstacle not-in-tree');
  });

  test.each([
    ['needs-use-change', '>=dev-libs/libfoo-1.2', '>=dev-libs/libfoo-1.2 static-libs'],
    ['needs-keyword-change', '=dev-libs/libfoo-1.2', '=dev-libs/libfoo-1.2 ~amd64'],
    ['needs-license-change', '=dev-libs/libfoo-1.2::gentoo', '=dev-libs/libfoo-1.2 MIT'],
    ['needs-unmask', 'dev-libs/libfoo-1.2', '=dev-libs/libfoo-1.2'],
  ] as const)('a row that is only a proposal (%s)', (code, atom, line) => {
    expect(judge({}, {}, proposal(code, atom, line))).toBe('obstacle node-config');
  });

  test('a proposal for another version is none for this row', () => {
    const by = proposal('needs-keyword-change', '=dev-libs/libfoo-1.3', '=dev-libs/libfoo-1.3 ~amd64');
    expect(judge({}, {}, by)).toBe('build-wanted');
  });

  test('the reason of a proposal names the file and the line to add', () => {
    const by = proposal('needs-keyword-change', '=dev-libs/libfoo-1.2', '=dev-libs/libfoo-1.2 ~amd64');
    const [first] = judgeRows([makeRow()], { ...PLAIN, ...by });
    expect(first?.judgement).toMatchObject({
      text: 'A change is needed; on the node, add to /etc/portage/package.accept_keywords: =dev-libs/libfoo-1.2 ~amd64',
    });
  });

  test.each<[string, Partial<MergeEntryOnWire>, Partial<EbuildMetadata>]>([
    ['the mark of the row', { fetchRestricted: 'unsatisfied' }, {}],
    ['the ebuild', {}, { restrict: 'fetch' }],
  ])('sources that a person must fetch, by %s', (_what, entry, metadata) => {
    expect(judge(entry, metadata)).toBe('obstacle fetch-restricted');
  });

  test.each<[string, Partial<MergeEntryOnWire>, Partial<EbuildMetadata>]>([
    ["a flag that only the node's ebuild has", { use: { enabled: ['dbus'], disabled: ['new'] } }, { iuse: ['dbus'] }],
    [
      "a flag that only the binhost's ebuild has",
      { use: { enabled: ['dbus'], disabled: [] } },
      { iuse: ['dbus', 'new'] },
    ],
    ['another sub-slot', { subslot: '1' }, { subslot: '2' }],
  ])('ebuilds that differ by %s', (_what, entry, metadata) => {
    expect(judge(entry, metadata)).toBe('obstacle tree-skew');
  });
});

test('an ebuild that the binhost lacks is told with the revisions of both trees', () => {
  const facts = makeNodeFacts({ repositories: [{ name: 'gentoo', revision: 'Thu, 01 Jan 2026 00:00:00 +0000' }] });
  const [first] = judgeRows([makeRow({}, null)], {
    ...PLAIN,
    report: { problems: [], facts },
    repositories: new Map([['gentoo', 'Wed, 31 Dec 2025 00:00:00 +0000']]),
  });
  expect(first?.judgement).toMatchObject({ code: 'not-in-tree', text: expect.stringContaining('the node is ahead') });
});

test('a binary that would need a newer C library than the node will have is not built', () => {
  const toolchains = {
    pool: { libc: 'sys-libs/glibc-2.42', gcc: null },
    node: { libc: 'sys-libs/glibc-2.41', gcc: null },
  };
  expect(judge({}, {}, { toolchains })).toBe('obstacle libc-newer');
});

test('what a policy denies is not built, unless another rule says more', () => {
  const denialOf = (): string => 'denied before building by policy 3 (package app-misc/app)';
  const [first] = judgeRows([makeRow({}, {})], { ...PLAIN, denialOf });
  expect(first?.judgement).toEqual({ event: 'obstacle', code: 'denied', text: denialOf() });
  expect(judge({ cpv: 'app-misc/live-9999' }, {}, { denialOf })).toBe('exclude live');
  expect(judge({}, null, { denialOf })).toBe('obstacle not-in-tree');
});

describe('a row that is only needed to compile another', () => {
  const rows = [
    makeRow({ cpv: 'dev-build/cmake-3' }, {}, { position: 0 }),
    makeRow({ cpv: 'app-misc/app-1' }, { bdepend: 'dev-build/cmake' }, { position: 1 }),
  ];
  const parent = rows[1]?.variantKey ?? '';
  const judgeFirst = (by: Partial<JudgeBy>): string => {
    const judgement = judgeRows(rows, { ...PLAIN, ...by })[0]?.judgement;
    return judgement?.event === 'build-wanted' ? 'build-wanted' : String(judgement?.code);
  };
  const reportOf = (facts: Parameters<typeof makeNodeFacts>[0]) => ({ problems: [], facts: makeNodeFacts(facts) });

  test('is no demand while the other comes as a binary', () => {
    expect(judgeFirst({})).toBe('build-only');
  });

  test.each<[string, Partial<JudgeBy>]>([
    ['is excluded', { excluded: ['app-misc/app'] }],
    ['is denied', { denialOf: (row) => (row.position === 1 ? 'denied' : undefined) }],
    ['has failed to build, or is refused', { unserved: new Set([parent]) }],
  ])('is demand when the other %s', (_what, by) => {
    expect(judgeFirst(by)).toBe('build-wanted');
  });

  test('is demand when the node wants build dependencies as well, or wants it for itself', () => {
    expect(judgeFirst({ report: reportOf({ withBdeps: true }) })).toBe('build-wanted');
    expect(judgeFirst({ roots: new Set([0]) })).toBe('build-wanted');
  });

  test('is no demand of a node that never compiles', () => {
    expect(judgeFirst({ report: reportOf({ binaryOnly: true }), unserved: new Set([parent]) })).toBe('build-only');
  });
});
