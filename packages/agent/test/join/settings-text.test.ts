import { parse } from 'smol-toml';
import { expect, test } from 'vitest';
import { withSettings } from '../../src/join/settings-text.ts';

const url = 'wss://binhost:8443';

test.each<[string, string, string]>([
  ['an empty file gets a table', '', `[coordinator]\nurl = "${url}"\n`],
  [
    'a file without the table gets one at its end',
    '[log]\nlevel = "warn"',
    `[log]\nlevel = "warn"\n\n[coordinator]\nurl = "${url}"\n`,
  ],
  [
    'a table without the key gets it behind its head',
    '# mine\n[coordinator] # here\nca = "x"\n[log]\nlevel = "warn"\n',
    `# mine\n[coordinator] # here\nurl = "${url}"\nca = "x"\n[log]\nlevel = "warn"\n`,
  ],
  [
    'a key is replaced in its place',
    '[coordinator]\nurl = "ws://old:1"\nca = "x"\n',
    `[coordinator]\nurl = "${url}"\nca = "x"\n`,
  ],
  ['a dotted key is replaced', 'coordinator.url = "ws://old:1"\n[log]\n', `coordinator.url = "${url}"\n[log]\n`],
  [
    'beside dotted keys of the table it stays dotted',
    'coordinator.ca = "x"\n[log]\n',
    `coordinator.ca = "x"\ncoordinator.url = "${url}"\n[log]\n`,
  ],
  [
    'the same key of another table stays',
    '[hooks]\nurl = "a"\n',
    `[hooks]\nurl = "a"\n\n[coordinator]\nurl = "${url}"\n`,
  ],
])('%s', (_what, text, expected) => {
  const edited = withSettings(text, { 'coordinator.url': url });
  expect(edited).toBe(expected);
  const [before, after] = [parse(text), parse(edited)] as [Record<string, object>, Record<string, object>];
  expect(after).toEqual({ ...before, coordinator: { ...before['coordinator'], url } });
});

test('setting the same again changes nothing', () => {
  const settings = { 'coordinator.url': url, 'node.name': 'desk' };
  const once = withSettings('# mine\n', settings);
  expect(withSettings(once, settings)).toBe(once);
});

test('a value cannot break out of its line', () => {
  const edited = withSettings('', { 'node.name': 'a"\n[log]\nlevel = "debug' });
  expect(parse(edited)).toEqual({ node: { name: 'a"\n[log]\nlevel = "debug' } });
});
