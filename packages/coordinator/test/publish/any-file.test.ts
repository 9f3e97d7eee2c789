import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BinhostError } from '@binhost/shared/errors';
import { formatPackagesIndex, parsePackagesIndex } from '@binhost/shared/portage';
import { fuzzRun, heapInUse, makeTemporaryDirectory, type TemporaryDirectory } from '@binhost/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadCoordinatorConfig } from '../../src/config/load-coordinator-config.ts';
import { checkGpkg } from '../../src/publish/check-gpkg.ts';
import { makeGpkg } from './make-gpkg.ts';

const LONGEST_MS = 2000;
const MOST_HEAP = 30 * 1024 * 1024;
const FOREVER_MS = 3_600_000;

let directory: TemporaryDirectory;
beforeAll(async () => {
  directory = await makeTemporaryDirectory();
});
afterAll(() => directory.remove());

/** A right file with some of its bytes overwritten, cut off or doubled; else any bytes. */
function damaged(right: Buffer): fc.Arbitrary<Buffer> {
  const place = fc.nat({ max: right.length - 1 });
  const overwritten = fc
    .array(fc.tuple(place, fc.uint8Array({ minLength: 1, maxLength: 20 })), { minLength: 1, maxLength: 6 })
    .map((changes) => {
      const copy = Buffer.from(right);
      for (const [at, bytes] of changes) copy.set(bytes.subarray(0, copy.length - at), at);
      return copy;
    });
  return fc.oneof(
    { weight: 5, arbitrary: overwritten },
    { weight: 2, arbitrary: place.map((at) => right.subarray(0, at)) },
    { weight: 1, arbitrary: place.map((at) => Buffer.concat([right, right.subarray(at)])) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 5000 }).map((bytes) => Buffer.from(bytes)) },
  );
}

/** Only an error of our table may come out, with a message that is bounded. */
async function refusedOrDone(act: () => unknown): Promise<void> {
  const beganMs = performance.now();
  try {
    await act();
  } catch (error) {
    expect(error).toBeInstanceOf(BinhostError);
    expect((error as Error).message.length).toBeLessThan(2000);
  }
  expect(performance.now() - beganMs).toBeLessThan(LONGEST_MS);
}

test(
  'any bytes as a package are refused by name',
  async () => {
    const before = heapInUse();
    const path = join(directory.path, 'fuzzed-1.0-1.gpkg.tar');
    await fc.assert(
      fc.asyncProperty(damaged(await makeGpkg()), async (bytes) => {
        await writeFile(path, bytes);
        await refusedOrDone(() => checkGpkg(path));
      }),
      fuzzRun('gpkg files of the publisher', 300),
    );
    expect(heapInUse() - before).toBeLessThan(MOST_HEAP);
  },
  FOREVER_MS,
);

test('any text as an index is read, and what is written of it is read back the same', () => {
  const key = fc.constantFrom('CPV', 'PATH', 'SIZE', '__proto__', 'constructor', 'TIMESTAMP', 'x', '');
  const line = fc.oneof(
    fc.tuple(key, fc.string({ unit: 'binary' })).map(([name, value]) => `${name}: ${value}`),
    fc.string({ unit: 'binary' }),
    fc.constant(''),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
      const beganMs = performance.now();
      const written = formatPackagesIndex(parsePackagesIndex(lines.join('\n')));
      expect(formatPackagesIndex(parsePackagesIndex(written))).toBe(written);
      expect(performance.now() - beganMs).toBeLessThan(LONGEST_MS);
    }),
    fuzzRun('index files', 300),
  );
});

test(
  'any text as a configuration is refused by name',
  async () => {
    const file = join(directory.path, 'fuzzed.toml');
    const piece = fc.oneof(
      fc.constantFrom(
        '[control]',
        '[[pools]]',
        'listen',
        '=',
        '"',
        "'''",
        '\n',
        '{',
        '}',
        '[',
        ']',
        '1e999',
        '1979-05-27',
        'true',
        '.',
        '\\u0000',
        '#',
      ),
      fc.constantFrom('packages', 'limits', 'greetingAgents', '__proto__', 'constructor', '-1', '"10s"', '"16MiB"'),
      fc.string({ maxLength: 30 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
        await writeFile(file, pieces.join(''));
        await refusedOrDone(() => loadCoordinatorConfig({ file, env: {} }));
      }),
      fuzzRun('configuration of the coordinator', 200),
    );
    expect(({} as Record<string, unknown>)['listen']).toBeUndefined();
  },
  FOREVER_MS,
);
