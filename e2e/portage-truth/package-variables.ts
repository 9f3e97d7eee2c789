import type { BuiltPackage, Dependency, Ebuild } from './world.ts';

/** An ebuild's variables, as its text and its md5-cache entry name them. */
export function ebuildVariables(ebuild: Ebuild): Record<string, string> {
  return { ...sharedVariables(ebuild), ...dependencies(ebuild, conditional) };
}

/** Those of a built package: conditions decided, `:=` bound. */
export function builtVariables(built: BuiltPackage): Record<string, string> {
  const decided = dependencies(built, (dependency) => bound(built, dependency));
  return { ...sharedVariables(built), ...decided, USE: built.enabled.join(' '), BUILD_TIME: `${built.buildTime}` };
}

function sharedVariables(ebuild: Ebuild): Record<string, string> {
  return {
    EAPI: '8',
    DESCRIPTION: `${ebuild.name} for the Truth check`,
    DEFINED_PHASES: '-',
    SLOT: ebuild.slot,
    KEYWORDS: ebuild.keywords,
    LICENSE: ebuild.license,
    IUSE: ebuild.iuse.join(' '),
    RESTRICT: ebuild.restrict,
    PROPERTIES: ebuild.properties,
    SRC_URI: ebuild.sources.map(({ file }) => `https://sources.invalid/${file}`).join(' '),
  };
}

const WHERE = ['DEPEND', 'BDEPEND', 'RDEPEND', 'PDEPEND'] as const;

function dependencies(ebuild: Ebuild, text: (dependency: Dependency) => string): Record<string, string> {
  const of = (where: string) => ebuild.depends.filter((each) => each.where === where).map(text);
  return Object.fromEntries(
    WHERE.map((where) => [
      where,
      of(where)
        .filter((each) => each !== '')
        .join(' '),
    ]),
  );
}

function conditional(dependency: Dependency): string {
  const atoms = choice(dependency, dependency.atom);
  return dependency.condition === null ? atoms : `${dependency.condition}? ( ${atoms} )`;
}

function bound(built: BuiltPackage, dependency: Dependency): string {
  const { condition } = dependency;
  const flag = condition?.replace('!', '');
  if (flag !== undefined && built.enabled.includes(flag) === condition?.startsWith('!')) return '';
  return choice(dependency, decideUse(built, built.bindings[dependency.atom] ?? dependency.atom));
}

/** `[ssl(-)?]`, `[ssl(+)=]` → what they came to. */
function decideUse(built: BuiltPackage, atom: string): string {
  return atom.replace(/\[([^\](]+)(\([+-]\))([?=])\]$/, (_text, flag: string, otherwise: string, kind: string) => {
    if (built.enabled.includes(flag)) return `[${flag}${otherwise}]`;
    return kind === '=' ? `[-${flag}${otherwise}]` : '';
  });
}

function choice({ alternative }: Dependency, atom: string): string {
  return alternative === null ? atom : `|| ( ${atom} ${alternative} )`;
}
