import { expect, test } from 'vitest';
import { pretendCommand } from '../../src/collect/pretend-command.ts';

test('the pretend run is asked for as it can be parsed, with the kept options of the node', () => {
  const { argv, env } = pretendCommand(['python3', '/checkout/bin/emerge'], ['--with-bdeps=y']);
  expect(argv).toEqual([
    'python3',
    '/checkout/bin/emerge',
    '--ignore-default-opts',
    '--with-bdeps=y',
    '--color=n',
    '--nospinner',
    '-gpvuDN',
    'world',
  ]);
  expect(env).toMatchObject({ LC_ALL: 'C.UTF-8', USE_EXPAND_HIDDEN: '-*' });
});
