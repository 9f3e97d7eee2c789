import { describe, expect, it } from 'vitest';
import { openSlotOperators, parseSlotFile, planBindings, unmetBindings } from '../../src/build/binding-plan.ts';
import { makeBoundDependency } from './make-build-job.ts';

const installed = (cpv: string, slot: string, subslot: string) => ({ cpv, cp: 'dev-libs/libfoo', slot, subslot });
const NONE = new Set<string>();
const OPEN = new Set(['dev-libs/libfoo']);

describe('planBindings', () => {
  it('leaves a dependency whose sub-slot is the same, whatever its version', () => {
    const plan = planBindings([makeBoundDependency()], [installed('dev-libs/libfoo-1.3', '0', '1')], OPEN);
    expect(plan).toEqual({ install: [], unmerge: [] });
  });

  it('installs one whose sub-slot differs, and one that is missing', () => {
    const bound = makeBoundDependency();
    expect(planBindings([bound], [installed('dev-libs/libfoo-2.0', '0', '2')], OPEN).install).toEqual([bound]);
    expect(planBindings([bound], [], NONE).install).toEqual([bound]);
  });

  it('unmerges a higher slot to which a bare := would bind', () => {
    const here = [installed('dev-libs/libfoo-1.0', '0', '1'), installed('dev-libs/libfoo-3.0', '3', '3')];
    expect(planBindings([makeBoundDependency()], here, OPEN).unmerge).toEqual(['dev-libs/libfoo-3.0']);
  });

  it('leaves other slots alone where the dependency names its slot, or the slot is wanted too', () => {
    const here = [installed('dev-libs/libfoo-1.0', '0', '1'), installed('dev-libs/libfoo-3.0', '3', '3')];
    expect(planBindings([makeBoundDependency()], here, NONE).unmerge).toEqual([]);
    const both = [makeBoundDependency(), makeBoundDependency({ slot: '3', subslot: '3', cpv: 'dev-libs/libfoo-3.1' })];
    expect(planBindings(both, here, OPEN).unmerge).toEqual([]);
  });

  it('leaves a lower slot alone', () => {
    const here = [installed('dev-libs/libfoo-0.5', '5', '5'), installed('dev-libs/libfoo-1.0', '0', '1')];
    expect(planBindings([makeBoundDependency()], here, OPEN).unmerge).toEqual([]);
  });
});

describe('unmetBindings', () => {
  it('names what the root does not show', () => {
    const bound = makeBoundDependency();
    expect(unmetBindings([bound], [installed('dev-libs/libfoo-2.0', '0', '2')])).toEqual([bound]);
    expect(unmetBindings([bound], [installed('dev-libs/libfoo-1.0', '0', '1')])).toEqual([]);
  });
});

describe('openSlotOperators', () => {
  it('finds := without a slot, inside conditions as well', () => {
    const text = 'dev-libs/a:= ssl? ( >=dev-libs/b-2:=[x] ) dev-libs/c:3= dev-libs/d:* dev-libs/e !dev-libs/f';
    expect([...openSlotOperators(text)]).toEqual(['dev-libs/a', 'dev-libs/b']);
  });
});

describe('parseSlotFile', () => {
  it('takes a plain slot as its own sub-slot', () => {
    expect(parseSlotFile('0/2\n')).toEqual({ slot: '0', subslot: '2' });
    expect(parseSlotFile('3.12\n')).toEqual({ slot: '3.12', subslot: '3.12' });
  });
});
