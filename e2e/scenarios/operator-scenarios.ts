import { storyEbuilds } from './first-whole-way.ts';
import type { Scenario } from './fleet.ts';

/** What the binhost's owner decides while the fleet runs. */

const certificates = 'app-misc/ca-certificates-20061027.2';

/** A policy asks before building: the wish says that it waits for a person, and goes on when one approves. */
export const askApproveReady: Scenario = {
  name: 'policy-asks-and-a-person-approves',
  fleet: {
    repositories: { main: storyEbuilds },
    binhost: { world: [] },
    nodes: { node1: { world: ['sys-apps/dbus'] } },
  },
  expected: { node1: { 'sys-apps/dbus-1.15.8': { state: 'ready' } } },
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
  builds: { [certificates]: 1, 'sys-apps/dbus-1.15.8': 1 },
};
