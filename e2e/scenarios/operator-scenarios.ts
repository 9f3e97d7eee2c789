import { storyEbuilds } from './first-whole-way.ts';
import type { EbuildOf, Fleet, Scenario } from './fleet.ts';

/** What the binhost's owner decides while the fleet runs. */

const certificates = 'app-misc/ca-certificates-20061027.2';
const dbus = 'sys-apps/dbus-1.15.8';

/** One node that is served already when the story begins. */
function servedNode(more: EbuildOf[] = []): Fleet {
  return {
    repositories: { main: [...storyEbuilds, ...more] },
    binhost: { world: [] },
    nodes: { node1: { world: ['sys-apps/dbus'] } },
  };
}

const served = { node1: { [dbus]: { state: 'ready' } } } as const;

/** A policy asks before building: the wish says that it waits for a person, and goes on when one approves. */
export const askApproveReady: Scenario = {
  name: 'policy-asks-and-a-person-approves',
  fleet: servedNode(),
  expected: served,
  story: [
    {
      when: 'the node wants a package that a policy asks about',
      happens: [
        { coordinator: ['policy', 'set', 'package', 'app-misc/ca-certificates', 'ask'] },
        { update: 'node1' },
        { want: ['app-misc/ca-certificates'], on: 'node1' },
      ],
      expected: { node1: { [certificates]: { state: 'waiting', reasonCode: 'build-held', build: 'held' } } },
    },
    {
      when: 'a person approves',
      happens: [{ deed: 'approve', cpv: certificates }],
      expected: { node1: { [certificates]: { state: 'ready' } } },
    },
  ],
  builds: { [certificates]: 1, [dbus]: 1 },
};

/** A policy asks before publishing: built, kept back, and published when a person approves; the build is not made again. */
export const askBeforePublishing: Scenario = {
  name: 'policy-asks-before-publishing',
  fleet: servedNode(),
  expected: served,
  story: [
    {
      when: 'the node wants a package that a policy asks about before publishing',
      happens: [
        { coordinator: ['policy', 'set', 'package', 'app-misc/*', 'ask', '--before', 'publish'] },
        { update: 'node1' },
        { want: ['app-misc/ca-certificates'], on: 'node1' },
      ],
      expected: {
        node1: { [certificates]: { state: 'waiting', reasonCode: 'build-quarantined', build: 'quarantined' } },
      },
    },
    {
      when: 'a person approves',
      happens: [{ deed: 'approve', cpv: certificates }],
      expected: { node1: { [certificates]: { state: 'ready' } } },
      attempts: { [certificates]: 1 },
    },
  ],
  builds: { [certificates]: 1, [dbus]: 1 },
};

const slow: EbuildOf = { cpv: 'app-misc/slow-1.0', compileSeconds: 20 };

/** A person ends a build that runs: nobody builds it until someone asks, and the node is told; then it is built after all. */
export const cancelThenRetry: Scenario = {
  name: 'cancelled-build-is-tried-again',
  fleet: servedNode([slow]),
  expected: served,
  story: [
    {
      when: 'the node wants a package that compiles for long',
      happens: [{ update: 'node1' }, { want: ['app-misc/slow'], on: 'node1' }],
      expected: { node1: { [slow.cpv]: { state: 'waiting', reasonCode: 'build-building', build: 'building' } } },
    },
    {
      when: 'a person cancels its build, and the node looks again',
      happens: [
        { deed: 'cancel', cpv: slow.cpv },
        { look: 'node1', ends: 'complete' },
      ],
      expected: { node1: { [slow.cpv]: { state: 'waiting', reasonCode: 'build-cancelled', build: 'cancelled' } } },
      newestBuilds: { [slow.cpv]: 'cancelled' },
    },
    {
      when: 'a person has it tried again',
      happens: [{ deed: 'retry', cpv: slow.cpv }],
      expected: { node1: { [slow.cpv]: { state: 'ready' } } },
    },
  ],
  builds: { [slow.cpv]: 2, [dbus]: 1 },
};

/** A policy denies a package: the wish says so and there is no build; without the policy it is built. */
export const deniedThenAllowed: Scenario = {
  name: 'policy-denies-and-is-removed',
  fleet: servedNode(),
  expected: served,
  story: [
    {
      when: 'the node wants a package that a policy denies',
      happens: [
        { coordinator: ['policy', 'set', 'package', 'app-misc/ca-certificates', 'deny'] },
        { update: 'node1' },
        { want: ['app-misc/ca-certificates'], on: 'node1' },
      ],
      expected: { node1: { [certificates]: { state: 'unbuildable', reasonCode: 'denied', build: '' } } },
    },
    {
      when: 'the policy is removed',
      happens: [{ coordinator: ['policy', 'remove', '1'] }],
      expected: { node1: { [certificates]: { state: 'ready' } } },
    },
  ],
  builds: { [certificates]: 1, [dbus]: 1 },
};

const LIBRARY = 'libfound.so.1';
const automagic: EbuildOf[] = [
  { cpv: 'dev-libs/found-1.0', library: LIBRARY },
  { cpv: 'app-misc/linker-1.0', finds: LIBRARY },
];

/** A package links against a library that it found and does not depend on: kept back, with the library named, until a person approves. */
export const automagicLibrary: Scenario = {
  name: 'automagic-library-is-quarantined',
  buildRoots: true,
  fleet: {
    repositories: { main: [...storyEbuilds, ...automagic] },
    binhost: { world: ['dev-libs/found'], installed: ['dev-libs/found-1.0'] },
    nodes: { node1: { world: ['app-misc/linker'] } },
  },
  expected: {
    node1: {
      'app-misc/linker-1.0': {
        state: 'waiting',
        reasonCode: 'build-quarantined',
        build: 'quarantined',
        saying: `automagic: ${LIBRARY} from dev-libs/found-1.0`,
      },
    },
  },
  story: [
    {
      when: 'a person approves',
      happens: [{ deed: 'approve', cpv: 'app-misc/linker-1.0' }],
      expected: { node1: { 'app-misc/linker-1.0': { state: 'ready' } } },
    },
  ],
  builds: { 'app-misc/linker-1.0': 1 },
};

const late: EbuildOf = {
  cpv: 'app-misc/late-1.0',
  srcUri: 'http://127.0.0.1:8082/late-1.0.txt',
  source: 'the source of late-1.0\n',
};

/** Sources that nobody serves: the build fails and says so; once they are there, a person has it tried again. */
export const sourcesAppear: Scenario = {
  name: 'sources-appear-and-a-person-retries',
  fleet: { ...servedNode([late]), settings: { 'build.maxFetches': 1 } },
  expected: served,
  story: [
    {
      when: 'the node wants a package whose sources are nowhere',
      happens: [{ update: 'node1' }, { want: ['app-misc/late'], on: 'node1' }],
      expected: {
        node1: { [late.cpv]: { state: 'waiting', reasonCode: 'build-failed', build: 'failed', saying: 'fetch' } },
      },
      newestBuilds: { [late.cpv]: 'failed' },
    },
    {
      when: 'the sources appear, and a person has it tried again',
      happens: [{ serveSource: late.cpv }, { deed: 'retry', cpv: late.cpv }],
      expected: { node1: { [late.cpv]: { state: 'ready' } } },
    },
  ],
  builds: { [late.cpv]: 1, [dbus]: 1 },
};
