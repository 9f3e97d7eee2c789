/** What emerge says around the list: why binaries were passed over, what causes rebuilds, what is missing or masked. */

/** @returns {string} for stderr */
export function ignoredBinariesText(ignored, list) {
  // A note only where the package is compiled instead: another instance that fits needs no explanation.
  const compiled = new Set(list.filter((pkg) => pkg.kind === 'ebuild').map((pkg) => pkg.cpv));
  const useLines = new Set();
  const dependencyLines = new Set();
  for (const [pkg, { reason, flags }] of ignored) {
    if (!compiled.has(pkg.cpv)) continue;
    if (reason === 'respect_use')
      useLines.add(`    =${pkg.cpv} ${flags.map((flag) => (pkg.enabled.has(flag) ? flag : `-${flag}`)).join(' ')}\n`);
    else dependencyLines.add(`     ${pkg.cpv}::${pkg.repository}\n`);
  }
  return useNote([...useLines]) + dependencyNote([...dependencyLines]);
}

function useNote(lines) {
  if (lines.length === 0) return '';
  return `\n!!! The following binary packages have been ignored due to non matching USE:\n\n${lines.join('')}
NOTE: The --binpkg-respect-use=n option will prevent emerge
      from ignoring these binary packages if possible.
      Using --binpkg-respect-use=y will silence this warning.\n`;
}

function dependencyNote(lines) {
  if (lines.length === 0) return '';
  return `\n!!! The following binary packages have been ignored due to changed dependencies:\n\n${lines.join('')}
NOTE: The --binpkg-changed-deps=n option will prevent emerge
      from ignoring these binary packages if possible.
      Using --binpkg-changed-deps=y will silence this warning.\n`;
}

const describe = (pkg) =>
  `(${pkg.cpv}${pkg.kind === 'binary' && pkg.buildId ? `-${pkg.buildId}` : ''}:${pkg.slot}/${pkg.subslot}::${pkg.repository}, ${pkg.kind} scheduled for merge)`;

/** @returns {string} for stdout */
export function rebuildsText(rebuilds) {
  if (rebuilds.size === 0) return '';
  const blocks = [...rebuilds].map(
    ([cause, pkgs]) =>
      `  ${describe(cause)} causes rebuilds for:\n${pkgs.map((pkg) => `    ${describe(pkg)}\n`).join('')}`,
  );
  return `\nThe following packages are causing rebuilds:\n\n${blocks.join('')}`;
}

/** @returns {string} for stderr: needed USE changes, with the chain that demands each */
export function useChangesText(useChanges) {
  if (useChanges.size === 0) return '';
  const blocks = [...useChanges.values()].map((change) => {
    const flags = [...change.values()].map(({ flag, enabled }) => (enabled ? flag : `-${flag}`)).join(' ');
    return `${chainText(change.want)}>=${change.pkg.cpv} ${flags}\n`;
  });
  return `\nThe following USE changes are necessary to proceed:\n (see "package.use" in the portage(5) man page for more details)\n${blocks.join('')}`;
}

function chainText(want) {
  const chain = want.chain ?? want.from ?? [];
  return chain.map((each) => `# required by ${typeof each === 'string' ? each : parentText(each)}\n`).join('');
}

const parentText = ({ pkg, conditions }) =>
  `${pkg.cpv}::${pkg.repository}${conditions.length > 0 ? `[${conditions.join(',')}]` : ''}`;

/** @returns {string} for stderr */
export function problemText(problem, system, { binaryOnly }) {
  const { atom } = problem.want;
  if (problem.kind === 'masked') return maskedText(problem, system);
  const what = binaryOnly ? 'binary packages' : 'ebuilds';
  const parent = problem.want.chain?.[0]?.pkg;
  const dependency = parent
    ? `(dependency required by "${parent.cpv}::${parent.repository}" [${parent.kind}])\n`
    : (problem.want.from ?? [])
        .map(
          (each) =>
            `(dependency required by "${each.replace(' (argument)', '')}"${each.includes('(argument)') ? ' [argument]' : ' [set]'})\n`,
        )
        .join('');
  return `\nemerge: there are no ${what} to satisfy "${atom.text}".\n${parent || problem.want.from?.[0]?.startsWith('@') ? dependency : ''}`;
}

function maskedText(problem, system) {
  const lines = problem.masked.map(
    (pkg) => `- ${pkg.cpv}::${pkg.repository} (masked by: ${system.config.masksOf(pkg).join(', ')})\n`,
  );
  const parent = problem.want.chain?.[0]?.pkg;
  const required = parent ? `(dependency required by "${parent.cpv}::${parent.repository}" [${parent.kind}])\n` : '';
  return `\n!!! All ebuilds that could satisfy "${problem.want.atom.text}" have been masked.
!!! One of the following masked packages is required to complete your request:
${lines.join('')}\n${required}For more information, see the MASKED PACKAGES section in the emerge
man page or refer to the Gentoo Handbook.\n\n`;
}
