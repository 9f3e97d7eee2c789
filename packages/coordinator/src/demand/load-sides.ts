import type { InstalledPackage } from '@binhost/shared/protocol';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import type { EbuildTree } from '../tree/ebuild-tree.ts';
import { installedPackages } from '../tree/installed-packages.ts';
import { poolRoot } from '../tree/pool-root.ts';
import { readToolchain, toolchainOf } from '../tree/toolchain.ts';
import { implicitUse } from './implicit-use.ts';
import { lostBindings } from './lost-bindings.ts';
import type { BothSides } from './obstacles.ts';
import type { PublishedVariant } from './published-variant.ts';
import type { ReportRow } from './report-row.ts';
import { rootRows } from './root-rows.ts';
import type { packagesToBe } from './will-have.ts';
import type { NodeList } from './wish-store.ts';

interface Binhost {
  tree: EbuildTree;
  config: CoordinatorConfig;
}

/** What stands on the binhost and on the node, beside the list. @throws PORTAGE_FAILED */
export async function loadSides(
  { tree, config }: Binhost,
  { report, pool }: NodeList,
  {
    rows,
    available,
    published,
  }: {
    rows: readonly ReportRow[];
    available: ReturnType<typeof packagesToBe>;
    published: readonly PublishedVariant[];
  },
): Promise<BothSides> {
  const willHave = toolchainOf([...available.values()].flat().map(({ cpv }) => cpv));
  const { libc, gcc } = report.facts;
  const node = { libc: willHave.libc ?? libc, gcc: willHave.gcc ?? gcc };
  const root = poolRoot(config, pool);
  const toolchains = { pool: await readToolchain(root), node };
  const lost = await readLost(tree, { rows, root, published });
  return { report, repositories: await tree.revisions(), toolchains, lost };
}

/** Positions of rows that the node wants for themselves. @throws PORTAGE_FAILED */
export async function loadRoots(
  { tree }: Binhost,
  { report }: NodeList,
  { rows, installed }: { rows: readonly ReportRow[]; installed: readonly InstalledPackage[] },
): Promise<Set<number>> {
  const { world } = report.facts;
  // only new rows are ever in question
  if (!rows.some((row) => row.entry.kind === 'ebuild' && row.entry.change === 'new')) return new Set();
  const implicit = implicitUse(report.facts);
  const needs = await Promise.all(
    installed.map(async ({ cpv, repository, useEnabled }) => {
      const metadata = await tree.cachedMetadata(cpv, repository ?? '');
      return metadata ? [{ metadata, useInForce: [...useEnabled, ...implicit] }] : [];
    }),
  );
  return rootRows(rows, { world, installed: needs.flat() });
}

async function readLost(
  tree: EbuildTree,
  { rows, root, published }: { rows: readonly ReportRow[]; root: string; published: readonly PublishedVariant[] },
): Promise<Set<string>> {
  const bindings = new Map(rows.flatMap((row) => row.bindings.map((binding) => [binding.cpv, binding] as const)));
  const looked = await Promise.all(
    [...bindings.values()].map(async (binding) => {
      // where the node does not say whose it is, any ebuild will do, and it is left to the build to find one
      const isThere = binding.repository === null || (await tree.ebuildMd5(binding.cpv, binding.repository));
      return isThere ? [] : [binding];
    }),
  );
  const withoutEbuild = looked.flat();
  if (withoutEbuild.length === 0) return new Set();
  const versions = new Set(published.map((each) => each.cpv));
  return lostBindings(withoutEbuild, { installed: await installedPackages(root), published: versions });
}
