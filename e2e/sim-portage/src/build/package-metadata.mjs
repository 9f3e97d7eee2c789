/** The metadata files of a built package: what a gpkg holds and what /var/db/pkg gets. */
import { byText } from '../grammar/text-order.mjs';
import { packageBehaviour } from '../host/host.mjs';
import { words } from '../host/settings.mjs';
import { boundDependencies } from './bound-dependencies.mjs';

/** @returns {Record<string, string>} by file name */
export function packageMetadata({ system, pkg, enabled, buildId, buildTime }) {
  const { settings, host, installed } = system;
  const { libraries, finds } = packageBehaviour(host, pkg.cpv);
  const implicit = words(settings.values.IUSE_IMPLICIT);
  const files = {
    BUILD_TIME: String(buildTime),
    CATEGORY: pkg.category,
    CBUILD: settings.values.CHOST ?? '',
    CFLAGS: settings.values.CFLAGS ?? '',
    CHOST: settings.values.CHOST ?? '',
    DEFINED_PHASES: pkg.metadata.DEFINED_PHASES ?? '-',
    DESCRIPTION: pkg.metadata.DESCRIPTION ?? '',
    EAPI: pkg.metadata.EAPI ?? '8',
    FEATURES: settings.values.FEATURES,
    IUSE: pkg.metadata.IUSE ?? '',
    IUSE_EFFECTIVE: [...pkg.iuse, ...implicit].sort(byText).join(' '),
    KEYWORDS: pkg.keywords,
    LICENSE: pkg.license,
    PF: pkg.pf,
    SIZE: '14368',
    SLOT: pkg.slot === pkg.subslot ? pkg.slot : `${pkg.slot}/${pkg.subslot}`,
    USE: [...enabled].sort(byText).join(' '),
    repository: pkg.repository,
    ...boundDependencies(pkg, enabled, installed),
  };
  if (buildId !== undefined) files.BUILD_ID = String(buildId);
  if (libraries.length > 0) files.PROVIDES = `x86_64: ${libraries.join(' ')}`;
  const linked = finds.filter((library) => installed.some((each) => words(each.metadata.PROVIDES).includes(library)));
  if (linked.length > 0) files.REQUIRES = `x86_64: ${linked.join(' ')}`;
  for (const key of ['PROPERTIES', 'RESTRICT']) if (pkg.metadata[key]) files[key] = pkg.metadata[key];
  return files;
}

/** The files that a package installs: a program that says what it was built with, and its libraries. */
export function packageImage({ system, pkg, enabled }) {
  const { libraries } = packageBehaviour(system.host, pkg.cpv);
  const flags = [...enabled].sort(byText).join(' ');
  return [
    { path: `usr/bin/${pkg.name}`, text: `#!/bin/sh\necho "${pkg.pf} ${flags}"\n` },
    ...libraries.map((library) => ({ path: `usr/lib64/${library}`, text: `${pkg.pf}\n` })),
  ];
}
