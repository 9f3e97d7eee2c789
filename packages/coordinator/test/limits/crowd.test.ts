import { expect, test } from 'vitest';
import { makeCrowd } from '../../src/limits/crowd.ts';

test('nobody leaves while there is room', () => {
  const crowd = makeCrowd<string>(2);
  expect([crowd.add('a', '1'), crowd.add('b', '1')]).toEqual([undefined, undefined]);
});

test('the oldest of the most crowded address leaves for the newcomer', () => {
  const crowd = makeCrowd<string>(4);
  crowd.add('good', '1');
  for (const name of ['x', 'y', 'z']) crowd.add(name, '2');
  expect(crowd.add('another', '3')).toBe('x');
  expect(crowd.add('w', '2')).toBe('y');
});

test('a flood of one address presses out only its own', () => {
  const crowd = makeCrowd<string>(100);
  crowd.add('good', '1');
  const pressedOut = Array.from({ length: 1000 }, (_, index) => crowd.add(`flood ${index}`, '2'));
  expect(pressedOut.includes('good')).toBe(false);
  expect(crowd.size()).toBe(100);
});

test('whoever has shown itself takes no room', () => {
  const crowd = makeCrowd<string>(1);
  crowd.add('a', '1');
  crowd.delete('a');
  expect(crowd.add('b', '1')).toBeUndefined();
});
