import { expect, test } from 'vitest';
import { nearestWord } from '../../src/config/nearest-word.ts';

test('the word with the fewest edits is the nearest', () => {
  expect(nearestWord('pingIntervall', ['maxFrame', 'pingInterval', 'interval'])).toBe('pingInterval');
  expect(nearestWord('PINGINTERVAL', ['pingInterval'])).toBe('pingInterval');
});

test('a word that resembles none has no nearest', () => {
  expect(nearestWord('xyzxyzxyz', ['pingInterval', 'maxFrame'])).toBeUndefined();
  expect(nearestWord('anything', [])).toBeUndefined();
});
