import { expect, test } from 'vitest';
import { matchOurs } from '../../src/demand/match-ours.ts';
import { makePublished, makeRow } from './make-row.ts';

const published = [makePublished({ useEnabled: ['ssl', 'dbus'], buildId: 2 })];
const use = { enabled: ['dbus', 'ssl'], disabled: [] };

test('a binary row is ours when version, build number, repository and flags are those of a published package', () => {
  const row = makeRow({ kind: 'binary', buildId: 2, use });
  expect(matchOurs([row], published)).toEqual({ ours: [{ row, published: published[0] }], servedElsewhere: new Set() });
});

test.each([
  ['another build number', { buildId: 3 }],
  ['another repository', { repository: 'extra' }],
  ['other flags', { use: { enabled: ['ssl'], disabled: ['dbus'] } }],
  ['another version', { cpv: 'dev-libs/libfoo-1.3' }],
])('a binary row with %s is served elsewhere', (_what, difference) => {
  const row = makeRow({ kind: 'binary', buildId: 2, use, ...difference });
  expect(matchOurs([row], published)).toEqual({ ours: [], servedElsewhere: new Set([row.entry.cpv]) });
});

test('a row that would be compiled is neither', () => {
  expect(matchOurs([makeRow({ use })], published)).toEqual({ ours: [], servedElsewhere: new Set() });
});
