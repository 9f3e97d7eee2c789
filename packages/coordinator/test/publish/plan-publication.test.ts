import { describe, expect, test } from 'vitest';
import { variantKey } from '../../src/demand/variant-key.ts';
import { type PackageMetadata, parseGpkgMetadata } from '../../src/publish/gpkg-metadata.ts';
import { type HandedOver, type PublishedFacts, planPublication } from '../../src/publish/plan-publication.ts';

const BINDING = { cp: 'dev-libs/libfoo', slot: '0', subslot: '2' };
const RDEPEND = 'dev-libs/libfoo:0/2=';

function metadataOf(values: Record<string, string> = {}): PackageMetadata {
  const files = {
    CATEGORY: 'sys-fs',
    PF: 'fuse-2.6.1',
    repository: 'gentoo',
    SLOT: '0',
    IUSE: 'static',
    USE: 'static',
    BUILD_TIME: '2000',
    RDEPEND,
    ...values,
  };
  const metadata = parseGpkgMetadata(new Map(Object.entries(files)));
  if (typeof metadata === 'string') throw new Error(metadata);
  return metadata;
}

const wanted = (() => {
  const variant = {
    pool: 'default',
    cpv: 'sys-fs/fuse-2.6.1',
    repository: 'gentoo',
    useEnabled: ['static'],
    bindings: [BINDING],
  };
  return { ...variant, variantKey: variantKey(variant) };
})();

const handOver = (...packages: (PackageMetadata | string)[]): HandedOver[] =>
  packages.map((one, index) => ({
    path: `${index}/${typeof one === 'string' ? 'fuse-2.6.1-1' : one.pf}.gpkg.tar`,
    result: typeof one === 'string' ? { broken: one } : one,
  }));

const published = (overrides: Partial<PublishedFacts> = {}): PublishedFacts => ({
  cpv: 'sys-fs/fuse-2.6.1',
  variantKey: 'another',
  buildTime: 1e3,
  ...overrides,
});

const LIBFOO = { CATEGORY: 'dev-libs', PF: 'libfoo-2.0', SLOT: '0/2', IUSE: '', USE: '', RDEPEND: '' };

describe('planPublication', () => {
  test('publishes the target under the key that was asked for, and by-products under their own', () => {
    const byProduct = metadataOf({ ...LIBFOO, BUILD_TIME: '1999' });
    const plan = planPublication({ wanted, handedOver: handOver(metadataOf(), byProduct), published: [] });
    expect(plan.publish.map(({ metadata, byProduct: is }) => [metadata.cpv, is])).toEqual([
      ['dev-libs/libfoo-2.0', true],
      ['sys-fs/fuse-2.6.1', false],
    ]);
    expect(plan.publish[1]?.variantKey).toBe(wanted.variantKey);
    expect(plan).toMatchObject({ dropped: [] });
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ['other USE flags', { USE: '' }, /other USE flags than asked: missing static/],
    ['another repository', { repository: 'other' }, /repository gentoo, got it from other/],
    [
      'another binding',
      { RDEPEND: 'dev-libs/libfoo:0/1=' },
      /bound otherwise.*missing dev-libs\/libfoo:0\/2, unasked dev-libs\/libfoo:0\/1/,
    ],
    ['no binding', { RDEPEND: '' }, /missing dev-libs\/libfoo:0\/2/],
    ['a binding that was not asked for', { RDEPEND: `${RDEPEND} a/b:0/1=` }, /unasked a\/b:0\/1/],
    ['a := that stayed bare', { RDEPEND: `${RDEPEND} dev-libs/rlib:=` }, /dev-libs\/rlib:= stayed unbound/],
    ['another version', { PF: 'fuse-2.6.0' }, /expected a binary package of sys-fs\/fuse-2\.6\.1, got 1 others/],
  ])('refuses a target with %s', (_what, values, why) => {
    const plan = planPublication({ wanted, handedOver: handOver(metadataOf(values)), published: [] });
    expect(plan.publish).toEqual([]);
    expect(plan.failure).toMatch(why);
  });

  test('takes a binding on top that only DEPEND names, since the node lacks that package', () => {
    const built = metadataOf({ DEPEND: 'dev-build/tool:0/7=' });
    const plan = planPublication({ wanted, handedOver: handOver(built), published: [] });
    expect(plan.publish[0]?.variantKey).toBe(wanted.variantKey);
  });

  test('names what is wrong with a broken target, and an empty hand-over', () => {
    const why = planPublication({ wanted, handedOver: handOver('a zero-byte file'), published: [] }).failure;
    expect(why).toBe("sys-fs/fuse-2.6.1 can't be published: a zero-byte file");
    expect(planPublication({ wanted, handedOver: [], published: [] }).failure).toMatch(/got 0 others/);
  });

  test('publishes nothing twice, and says under which key the variant stands already', () => {
    const there = published({ variantKey: wanted.variantKey });
    const plan = planPublication({ wanted, handedOver: handOver(metadataOf()), published: [there] });
    expect(plan).toMatchObject({ publish: [], publishedAs: wanted.variantKey });
    expect(planPublication({ wanted, handedOver: [], published: [there] }).publishedAs).toBe(wanted.variantKey);
  });

  test('finds the variant again under the key that it was really built as', () => {
    const built = metadataOf({ DEPEND: 'dev-build/tool:0/7=' });
    const first = planPublication({ wanted, handedOver: handOver(built), published: [] }).publish[0];
    const key = variantKey(first?.variant ?? wanted);
    const plan = planPublication({ wanted, handedOver: handOver(built), published: [published({ variantKey: key })] });
    expect(plan).toMatchObject({ publish: [], publishedAs: key });
  });

  test('takes one of two packages that are both what was asked for', () => {
    const handedOver = handOver(metadataOf(), metadataOf({ BUILD_TIME: '2001' }), metadataOf({ BUILD_TIME: '500' }));
    const plan = planPublication({ wanted, handedOver, published: [published({ buildTime: 1000 })] });
    expect(plan.publish.map((item) => [item.metadata.buildTime, item.byProduct])).toEqual([[2000, false]]);
    expect(plan.failure).toBeUndefined();
  });

  test('refuses a target that is not later than every published one of its version', () => {
    const plan = planPublication({
      wanted,
      handedOver: handOver(metadataOf()),
      published: [published({ buildTime: 2000 })],
    });
    expect(plan.failure).toMatch(/BUILD_TIME 2000 is not later than 2000/);
  });

  test('leaves by-products behind that are broken, doubled, unbound or too old', () => {
    const plan = planPublication({
      wanted,
      handedOver: handOver(
        metadataOf(),
        metadataOf({ ...LIBFOO, BUILD_TIME: '10' }),
        metadataOf({ ...LIBFOO, BUILD_TIME: '11' }),
        metadataOf({ ...LIBFOO, PF: 'libbar-1', RDEPEND: 'a/b:=' }),
        metadataOf({ ...LIBFOO, PF: 'libbaz-1', BUILD_TIME: '5' }),
        'truncated',
      ),
      published: [published({ cpv: 'dev-libs/libbaz-1', buildTime: 6 })],
    });
    expect(plan.publish.map((item) => item.metadata.cpv)).toEqual(['dev-libs/libfoo-2.0', 'sys-fs/fuse-2.6.1']);
    expect(plan.dropped.map((drop) => drop.why)).toEqual([
      expect.stringContaining('a/b:= stayed unbound'),
      'truncated',
      expect.stringContaining('BUILD_TIME 5 is not later than 6'),
      'the same variant is already published',
    ]);
    expect(plan.failure).toBeUndefined();
  });
});
