import { expect, test } from 'vitest';
import { changedLines, withoutOurs } from '../../src/join/own-file.ts';

const own = { before: '# mine\nurl = "old"\nrest = 1\n', after: '# mine\nurl = "new"\nrest = 1\nname = "desk"\n' };

test('an untouched file gets its very bytes back', () => {
  expect(withoutOurs(own.after, own)).toBe(own.before);
  expect(withoutOurs('made\n', { before: null, after: 'made\n' })).toBeNull();
});

test('a file that was never written stays as it is', () => {
  expect(withoutOurs(own.before, own)).toBe(own.before);
  expect(withoutOurs(null, own)).toBeNull();
});

test('what somebody has added since stays, our lines go, and what we replaced comes back in its place', () => {
  const current = '# mine\nurl = "new"\nrest = 1\nname = "desk"\nlater = true\n';
  expect(withoutOurs(current, own)).toBe('# mine\nurl = "old"\nrest = 1\nlater = true\n');
});

test('a file that join made and somebody has added to keeps what was added', () => {
  expect(withoutOurs('a\nmine\nb\n', { before: null, after: 'a\nb\n' })).toBe('mine\n');
  expect(withoutOurs('a\n\nb\n', { before: null, after: 'a\nb\n' })).toBeNull();
});

test('a change is shown by the lines that go and come', () => {
  expect(changedLines(own.before, own.after)).toEqual(['- url = "old"', '+ url = "new"', '+ name = "desk"']);
  expect(changedLines(null, 'a\n\nb\n')).toEqual(['+ a', '+ b']);
});
