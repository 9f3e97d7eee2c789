/**
 * The call of the node's own Portage that fetches exactly these published packages into the place where the install will look
 * for them, and touches nothing else. Pure; run-fetch.ts runs it.
 *
 * `=category/name-version-BUILDID` names one instance, whatever USE the node has; --nodeps keeps the resolver out, and
 * --getbinpkgonly keeps it from fetching sources where the package is not in the index. Portage checks size, MD5 and SHA1 of
 * what it fetches, never the signature.
 */
export function fetchCommand(
  emerge: readonly string[],
  packages: readonly { cpv: string; buildId: number }[],
): string[] {
  return [
    ...emerge,
    '--ignore-default-opts',
    '--color=n',
    '--nospinner',
    '--oneshot',
    '--nodeps',
    '--getbinpkgonly',
    '--fetchonly',
    ...packages.map(({ cpv, buildId }) => `=${cpv}-${buildId}`),
  ];
}
