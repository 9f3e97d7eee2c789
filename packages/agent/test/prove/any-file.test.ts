import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BinhostError } from '@binhost/shared/errors';
import { fuzzRun, heapInUse, makeTemporaryDirectory, type TemporaryDirectory } from '@binhost/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadAgentConfig } from '../../src/config/load-agent-config.ts';
import { manifestDifference, readGpkg } from '../../src/prove/gpkg-file.ts';
import { publishedForm } from '../../src/prove/judge-index.ts';
import { readRemoteManifest } from '../../src/prove/remote-manifest.ts';
import { makeGpkg } from './make-gpkg.ts';

const LONGEST_MS = 2000;
const MOST_HEAP = 30 * 1024 * 1024;
const FOREVER_MS = 3_600_000;

let directory: TemporaryDirectory;
let right: Buffer;
beforeAll(async () => {
  directory = await makeTemporaryDirectory();
  right = await makeGpkg({ sign: (text) => text });
});
afterAll(() => directory.remove());

/** Bytes to write over a right package, each at a place. */
const changes = fc.array(fc.tuple(fc.nat({ max: 6000 }), fc.uint8Array({ minLength: 1, maxLength: 20 })), {
  maxLength: 6,
});
const cut = fc.nat({ max: 9000 });

function damaged(list: [number, Uint8Array][], length: number): Buffer {
  const copy = Buffer.from(right);
  for (const [at, bytes] of list) if (at < copy.length) copy.set(bytes.subarray(0, copy.length - at), at);
  return copy.subarray(0, length);
}

test(
  'any bytes as a package are broken or differ from their Manifest, read whole or by ranges',
  async () => {
    const before = heapInUse();
    const path = join(directory.path, 'fuzzed.gpkg.tar');
    await fc.assert(
      fc.asyncProperty(changes, cut, async (list, length) => {
        const bytes = damaged(list, length);
        await writeFile(path, bytes);
        const beganMs = performance.now();
        const read = async (start: number, count: number) => bytes.subarray(start, start + count);
        await readRemoteManifest(bytes.length, read).catch((error: unknown) => expect(error).toBeInstanceOf(Error));
        const difference = await readGpkg(path).then(manifestDifference, (error: unknown) => {
          expect(error).toBeInstanceOf(BinhostError);
          return (error as Error).message;
        });
        // Its Manifest carries no signature, so that not one of them may be good.
        expect(difference).toBeTypeOf('string');
        expect((difference as string).length).toBeLessThan(2000);
        expect(performance.now() - beganMs).toBeLessThan(LONGEST_MS);
      }),
      fuzzRun('gpkg files of the agent', 200),
    );
    expect(heapInUse() - before).toBeLessThan(MOST_HEAP);
  },
  FOREVER_MS,
);

test('any text as a cached index is read', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => {
      expect(publishedForm(text).timestamp).toBeTypeOf('number');
      expect(publishedForm(`TIMESTAMP: ${text}`).timestamp).not.toBeNaN();
    }),
    fuzzRun('cached index files', 500),
  );
});

test(
  'any text as a configuration is refused by name',
  async () => {
    const file = join(directory.path, 'fuzzed.toml');
    const piece = fc.oneof(
      fc.constantFrom('[coordinator]', '[[look]]', 'url', '=', '"', "'''", '\n', '{', '}', '[', ']', '1e999', '.', '#'),
      fc.constantFrom('look', 'interval', '__proto__', 'constructor', '-1', '"10s"', 'true', '1979-05-27'),
      fc.string({ maxLength: 30 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
        await writeFile(file, pieces.join(''));
        try {
          loadAgentConfig({ file, env: {} });
        } catch (error) {
          expect(error).toBeInstanceOf(BinhostError);
          expect((error as Error).message.length).toBeLessThan(2000);
        }
      }),
      fuzzRun('configuration of the agent', 200),
    );
  },
  FOREVER_MS,
);
