import { describe, expect, it } from 'vitest';
import {
  blockedPackages,
  type EbuildDependencies,
  type InstalledPackage,
  staleBuildDependencies,
} from '../../src/build/target-needs.ts';
import { makeBoundDependency } from './make-build-job.ts';

const needs = (overrides: Partial<EbuildDependencies>): EbuildDependencies => ({
  DEPEND: '',
  BDEPEND: '',
  RDEPEND: '',
  PDEPEND: '',
  IDEPEND: '',
  ...overrides,
});
const installed = (cpv: string, dependencies = ''): InstalledPackage => ({
  cpv,
  cp: cpv.replace(/-[\d.]+$/, ''),
  slot: '0',
  subslot: '0',
  repository: 'gentoo',
  use: [],
  dependencies,
});

describe('blockedPackages', () => {
  const here = [installed('mail-mta/ssmtp-2.64'), installed('dev-libs/libfoo-1.0')];

  it('names what a blocker in DEPEND or BDEPEND matches, and what a hard one at run time does', () => {
    expect(blockedPackages(needs({ DEPEND: '!mail-mta/ssmtp' }), [], here)).toEqual(['mail-mta/ssmtp-2.64']);
    expect(blockedPackages(needs({ BDEPEND: '!!<dev-libs/libfoo-2' }), [], here)).toEqual(['dev-libs/libfoo-1.0']);
    expect(blockedPackages(needs({ RDEPEND: '!!mail-mta/ssmtp' }), [], here)).toEqual(['mail-mta/ssmtp-2.64']);
  });

  it('leaves soft blockers at run time, other versions, and conditions that are off', () => {
    expect(blockedPackages(needs({ RDEPEND: '!mail-mta/ssmtp' }), [], here)).toEqual([]);
    expect(blockedPackages(needs({ DEPEND: '!!<dev-libs/libfoo-1' }), [], here)).toEqual([]);
    const conditional = needs({ DEPEND: 'ssl? ( !!mail-mta/ssmtp )' });
    expect(blockedPackages(conditional, [], here)).toEqual([]);
    expect(blockedPackages(conditional, ['ssl'], here)).toHaveLength(1);
  });
});

describe('staleBuildDependencies', () => {
  const replaced = [makeBoundDependency({ subslot: '2', cpv: 'dev-libs/libfoo-2.0' })];
  const stale = installed('dev-libs/uses-1', 'dev-libs/libfoo:0/1=');
  const other = installed('dev-libs/other-1', 'dev-libs/libfoo:0/1=');
  const stay = { installed: [stale, other, installed('dev-libs/via-1', 'dev-libs/uses')], replaced };

  it('names those that the build needs, also through others, and no other consumer', () => {
    expect(staleBuildDependencies(needs({ DEPEND: 'dev-libs/uses' }), [], stay)).toEqual([stale]);
    expect(staleBuildDependencies(needs({ BDEPEND: 'dev-libs/via' }), [], stay)).toEqual([stale]);
    expect(staleBuildDependencies(needs({ RDEPEND: 'dev-libs/uses' }), [], stay)).toEqual([]);
  });

  it('leaves those that are bound as the target will be', () => {
    const rebuilt = { installed: [installed('dev-libs/uses-1', 'dev-libs/libfoo:0/2=')], replaced };
    expect(staleBuildDependencies(needs({ DEPEND: 'dev-libs/uses' }), [], rebuilt)).toEqual([]);
    expect(staleBuildDependencies(needs({ DEPEND: 'dev-libs/uses' }), [], { ...stay, replaced: [] })).toEqual([]);
  });
});
