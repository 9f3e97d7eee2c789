import { expect, test } from 'vitest';
import { repositoryEntry } from '../../src/join/repository-entry.ts';

const packagesUrl = 'http://binhost:8080/packages/default';
const ENTRY = `# Made by binhost-agent join; binhost-agent leave takes it out.
[binhost]
priority = 9999
sync-uri = ${packagesUrl}
location = /var/cache/binhost/binhost
verify-signature = true
`;

test('a node without any entry gets one with a location of its own and signatures on', () => {
  expect(repositoryEntry({ base: null, others: '', packagesUrl })).toEqual({ name: 'binhost', text: ENTRY });
});

test('the priority is above everything that is there', () => {
  const of = (others: string) =>
    /^priority = (.*)$/m.exec(repositoryEntry({ base: null, others, packagesUrl }).text)?.[1];
  expect(of('[gentoo]\npriority = 1\n')).toBe('9999');
  expect(of('[gentoo]\npriority = 9999\n[b]\npriority: 12000\n')).toBe('12001');
});

test('an entry that somebody wrote by hand for it is replaced, the rest of the file stays', () => {
  const base = '[gentoo]\nsync-uri = https://other\n\n[binhost]\npriority = 9999\nsync-uri = http://old\n';
  expect(repositoryEntry({ base, others: '', packagesUrl }).text).toBe(
    `[gentoo]\nsync-uri = https://other\n\n${ENTRY}`,
  );
});

test('a section of the same name in another file is left alone', () => {
  const { name, text } = repositoryEntry({ base: null, others: '[binhost]\nsync-uri = http://mine\n', packagesUrl });
  expect(name).toBe('binhost-agent');
  expect(text).toContain('[binhost-agent]\n');
  expect(text).toContain('location = /var/cache/binhost/binhost-agent\n');
});

test('making it again from what it made changes nothing', () => {
  const once = repositoryEntry({ base: '[a]\nx = 1\n', others: '', packagesUrl }).text;
  expect(repositoryEntry({ base: once, others: '', packagesUrl }).text).toBe(once);
});
