import { EXPANDED, FLAGS } from './material.ts';
import type { Random } from './random.ts';
import type { Catalogue } from './random-ebuilds.ts';
import { cpOf, cpvOf, type Ebuild, flagName, type NodeSettings, type ProfileSettings } from './world.ts';

/** What the profile switches on, forces and masks for everybody. */
export function randomProfile(random: Random): ProfileSettings {
  return {
    use: random.some(FLAGS, 0.2),
    forced: random.some(FLAGS, 0.06),
    masked: random.some(FLAGS, 0.08),
    packageForced: [],
    packageMasked: [],
    hiddenGroups: random.some(EXPANDED, 0.5),
  };
}

/** The node's world file and its etc/portage. */
export function randomNode(random: Random, { ebuilds }: Catalogue, binaryOnly: boolean): NodeSettings {
  const names = [...new Set(ebuilds.map(cpOf))];
  const chosen = random.some(names, random.pick([0.3, 0.6, 0.9]));
  const masks = random
    .some(ebuilds, 0.06)
    .map((ebuild) => random.pick([cpOf(ebuild), `=${cpvOf(ebuild)}`, `>=${cpvOf(ebuild)}`]));
  return {
    world: (chosen.length > 0 ? chosen : names.slice(-1)).map((name) => withSlot(random, name, ebuilds)),
    use: random.some(FLAGS, 0.15),
    files: {
      'package.use': random
        .some(ebuilds, 0.2)
        .map((ebuild) => useLine(random, ebuild))
        .filter((line) => line !== ''),
      'package.accept_keywords': random.some(ebuilds, 0.92).map((ebuild) => keywordLine(random, ebuild)),
      'package.mask': masks,
      'package.unmask': random.some(masks, 0.75),
      'package.license': random.some(names, 0.85).map((name) => `${name} Secret`),
      'profile/package.provided': random.chance(0.06) ? [cpvOf(random.pick(ebuilds))] : [],
      'profile/package.use.force': random
        .some(ebuilds, 0.04)
        .map((ebuild) => useLine(random, ebuild))
        .filter((line) => line !== ''),
      'profile/package.use.mask': random
        .some(ebuilds, 0.04)
        .map((ebuild) => useLine(random, ebuild))
        .filter((line) => line !== ''),
    },
    acceptKeywords: random.chance(0.2) ? 'amd64 ~amd64' : 'amd64',
    acceptLicense: random.chance(0.3) ? '*' : '-* MIT GPL-2',
    features: `binpkg-multi-instance -sandbox -usersandbox${!binaryOnly && random.chance(0.05) ? ' test' : ''}`,
  };
}

function withSlot(random: Random, name: string, ebuilds: readonly Ebuild[]): string {
  const slots = ebuilds.filter((ebuild) => cpOf(ebuild) === name).map((ebuild) => ebuild.slot.split('/')[0]);
  return random.chance(0.2) ? `${name}:${random.pick(slots)}` : name;
}

function useLine(random: Random, ebuild: Ebuild): string {
  const flags = random.some(ebuild.iuse.map(flagName), 0.6).map((flag) => `${random.pick(['', '-'])}${flag}`);
  return flags.length === 0 ? '' : `${random.pick([cpOf(ebuild), `=${cpvOf(ebuild)}`])} ${flags.join(' ')}`;
}

function keywordLine(random: Random, ebuild: Ebuild): string {
  const accepted = ebuild.keywords.includes('~amd64') ? '~amd64' : ebuild.keywords.includes('amd64') ? 'amd64' : '**';
  return `${random.pick([cpOf(ebuild), `=${cpvOf(ebuild)}`])} ${accepted}`;
}
