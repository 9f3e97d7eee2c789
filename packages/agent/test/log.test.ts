import { expect, test } from 'vitest';
import { makeLog } from '../src/log.ts';

test('what a stranger sent stays inside its line and tells a terminal nothing', () => {
  const written: string[] = [];
  const log = makeLog('info', { write: (text) => written.push(text) });
  const text = 'a\n{"level":60,"msg":"forged"}\r\u2028\u2029\u0085\u009b2J\u001b[2J\u202e\u007f\ud800';
  log.warn({ text, err: new Error(text) }, 'agent message refused');
  const [line = ''] = written;
  expect(written).toHaveLength(1);
  expect(line).toMatch(/^[^\u0000-\u001f\u007f-\u009f\u2028\u2029\u202e]*\n$/);
  expect(JSON.parse(line)).toMatchObject({ text, msg: 'agent message refused', level: 40 });
});
