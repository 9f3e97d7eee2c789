import { describe, expect, test } from 'vitest';
import { byteSize, type ConfigSources, commandLine, durationMs, loadConfig, z } from '../../src/config/index.ts';

const schema = z.object({
  link: z
    .object({
      pingInterval: durationMs('25s'),
      maxFrame: byteSize('16MiB'),
      secret: z.string().default(''),
      isOn: z.boolean().default(false),
    })
    .prefault({}),
  portage: z.object({ emerge: commandLine(['emerge']) }).prefault({}),
  exclude: z.array(z.string()).default([]),
  jobs: z.number().int().min(1).default(1),
  pools: z.record(z.string(), z.object({ root: z.string().default('/') })).default({}),
});

const load = (sources: Partial<ConfigSources>) =>
  loadConfig(schema, { file: {}, fileName: 'test.toml', env: {}, envPrefix: 'BINHOST_TEST', ...sources });

describe('a configuration', () => {
  test('out of nothing has the defaults, in the units of the code', () => {
    expect(load({})).toEqual({
      link: { pingInterval: 25_000, maxFrame: 16 * 1024 ** 2, secret: '', isOn: false },
      portage: { emerge: ['emerge'] },
      exclude: [],
      jobs: 1,
      pools: {},
    });
  });

  test('takes a flag before a variable before the file', () => {
    const file = { link: { secret: 'file' }, jobs: 2 };
    const env = { BINHOST_TEST_LINK_SECRET: 'env', BINHOST_TEST_JOBS: '3' };
    expect(load({ file }).link.secret).toBe('file');
    expect(load({ file, env }).link.secret).toBe('env');
    expect(load({ file, env, flags: { jobs: 4, 'link.secret': undefined } })).toMatchObject({
      jobs: 4,
      link: { secret: 'env' },
    });
  });

  test('cannot be changed afterwards', () => {
    const config = load({ file: { pools: { a: {} } } });
    expect(Object.isFrozen(config.link)).toBe(true);
    expect(Object.isFrozen(config.pools['a'])).toBe(true);
  });

  test('reads from text what the schema asks for', () => {
    const env = {
      BINHOST_TEST_LINK_PING_INTERVAL: '2m',
      BINHOST_TEST_LINK_MAX_FRAME: '64KiB',
      BINHOST_TEST_LINK_IS_ON: 'true',
      BINHOST_TEST_LINK_SECRET: '1234',
      BINHOST_TEST_PORTAGE_EMERGE: 'nice  emerge',
      BINHOST_TEST_EXCLUDE: 'app-misc/a, app-misc/b',
      BINHOST_TEST_JOBS: '8',
    };
    expect(load({ env })).toMatchObject({
      link: { pingInterval: 120_000, maxFrame: 65_536, isOn: true, secret: '1234' },
      portage: { emerge: ['nice', 'emerge'] },
      exclude: ['app-misc/a', 'app-misc/b'],
      jobs: 8,
    });
  });

  test('does not mind variables of others', () => {
    expect(load({ env: { PATH: '/bin', BINHOST_TESTING: 'x', BINHOST_OTHER_JOBS: '3' } }).jobs).toBe(1);
  });
});

describe('a key that is not known', () => {
  test.each<[string, Partial<ConfigSources>, string, string]>([
    ['in the file', { file: { link: { pingIntervall: '1s' } } }, 'link.pingIntervall', 'link.pingInterval'],
    ['in the environment', { env: { BINHOST_TEST_LINK_SECRTE: 'x' } }, 'BINHOST_TEST_LINK_SECRTE', '_LINK_SECRET'],
    ['in a flag', { flags: { job: 2 } }, '--job', 'jobs'],
    ['in a table of a record', { file: { pools: { a: { rot: '/' } } } }, 'pools.a.rot', 'root'],
  ])('%s is refused, and the nearest known one named', (_where, sources, place, nearest) => {
    expect(() => load(sources)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_UNKNOWN_KEY',
        message: expect.stringContaining(place),
        hint: expect.stringContaining(nearest),
      }),
    );
  });

  test('never reaches the prototype of anything', () => {
    const file = JSON.parse('{"__proto__": {"polluted": true}, "link": {"__proto__": {"polluted": true}}}');
    expect(() => load({ file })).toThrow(expect.objectContaining({ code: 'CONFIG_UNKNOWN_KEY' }));
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});

describe('a value that does not fit', () => {
  test.each<[Partial<ConfigSources>, string[]]>([
    [{ file: { link: { pingInterval: 'soon' } } }, ['test.toml', 'link.pingInterval', "'soon'"]],
    [{ env: { BINHOST_TEST_JOBS: 'many' } }, ['BINHOST_TEST_JOBS', 'expected number', '"many"']],
    [{ flags: { jobs: 0 } }, ['--jobs', '>=1', 'got 0']],
    [{ file: { exclude: ['a', 5] } }, ['test.toml', 'exclude.1', 'expected string']],
    [{ file: { link: { maxFrame: '12 elephants' } } }, ['link.maxFrame', "'12 elephants'"]],
    [{ file: { pools: { a: { root: 5 } } } }, ['pools.a.root', 'expected string']],
    [{ file: { link: 5 } }, ["'link'"]],
  ])('%j is refused with its place, key and value', (sources, parts) => {
    for (const part of parts) {
      expect(() => load(sources)).toThrow(expect.objectContaining({ message: expect.stringContaining(part) }));
    }
  });

  test('is not shown where it is a secret', () => {
    expect(() => load({ file: { link: { secret: 12_345 } } })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('12345') }),
    );
  });
});
