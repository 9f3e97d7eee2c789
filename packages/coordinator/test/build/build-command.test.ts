import { describe, expect, it } from 'vitest';
import {
  bindingSteps,
  dependencySteps,
  hostSteps,
  niced,
  rebindSteps,
  targetSteps,
} from '../../src/build/build-command.ts';
import { makeBoundDependency, makeBuildJob } from './make-build-job.ts';

const EMERGE = ['python3', '/opt/emerge'];
const COMMON = [...EMERGE, '--ignore-default-opts', '--color=n', '--nospinner', '--quiet-build=n', '--getbinpkg=n'];

const rootSteps = () => [...dependencySteps(EMERGE, makeBuildJob()), ...targetSteps(EMERGE, makeBuildJob())];

describe('the steps of a throw-away root', () => {
  it('fetches before it builds, and only fetches with a network', () => {
    const steps = rootSteps();
    expect(steps.map(({ name, network }) => [name, network])).toEqual([
      ['dependencies', true],
      ['dependencies', false],
      ['fetch', true],
      ['build', false],
    ]);
    expect(steps.filter((step) => step.network).every((step) => step.argv.includes('--fetchonly'))).toBe(true);
  });

  it('makes the binary and merges nothing in the last step', () => {
    expect(rootSteps().at(-1)?.argv).toEqual([
      ...COMMON,
      '--buildpkgonly',
      '--oneshot',
      '--usepkg=n',
      '=sys-fs/fuse-2.6.1::gentoo',
    ]);
  });

  it('brings the bindings in first, all in one call, without asking world', () => {
    const install = [makeBoundDependency(), makeBoundDependency({ cpv: 'dev-libs/rlib-3', repository: null })];
    const steps = bindingSteps(EMERGE, { install, unmerge: ['dev-libs/libfoo-9'] });
    expect(steps.slice(0, 3).map((step) => step.name)).toEqual(['unmerge', 'bind', 'bind']);
    expect(steps[0]?.argv).toEqual([...COMMON, '--rage-clean', '=dev-libs/libfoo-9']);
    expect(steps[2]?.argv).toEqual([
      ...COMMON,
      '--oneshot',
      '--usepkg',
      '--buildpkg',
      '--ignore-world=y',
      '=dev-libs/libfoo-1.0::gentoo',
      '=dev-libs/rlib-3',
    ]);
  });

  it('merges again what is bound to a replaced sub-slot, without asking world', () => {
    expect(rebindSteps(EMERGE, [])).toEqual([]);
    const [fetch, merge] = rebindSteps(EMERGE, ['=dev-libs/uses-1::gentoo']);
    expect([fetch?.network, merge?.network]).toEqual([true, false]);
    expect(merge?.argv.slice(-2)).toEqual(['--ignore-world=y', '=dev-libs/uses-1::gentoo']);
  });

  it('lets autounmask change what only build dependencies need, never the target', () => {
    const steps = rootSteps();
    const withAutounmask = steps.filter((step) => step.argv.includes('--autounmask-continue'));
    expect(withAutounmask.every((step) => step.name === 'dependencies')).toBe(true);
  });
});

describe('hostSteps', () => {
  it('only ever fetches or makes a binary', () => {
    const steps = hostSteps(EMERGE, makeBuildJob());
    expect(steps.map((step) => step.argv.find((word) => /^--(?:fetchonly|buildpkgonly)$/.test(word)))).toEqual([
      '--fetchonly',
      '--buildpkgonly',
    ]);
  });
});

describe('niced', () => {
  it('leaves the command alone at niceness 0', () => {
    expect(niced(0, ['emerge'])).toEqual(['emerge']);
    expect(niced(10, ['emerge'])).toEqual(['nice', '-n', '10', 'emerge']);
  });
});
