import { storyEbuilds } from './first-whole-way.ts';
import type { EbuildOf, Fleet, Scenario } from './fleet.ts';

/** Machines that are away for a while, and processes that end in the middle of something. */

const certificates = 'app-misc/ca-certificates-20061027.2';
const dbus = 'sys-apps/dbus-1.15.8';
const ready = { state: 'ready' } as const;

function fleetOf(nodes: Fleet['nodes'], more: EbuildOf[] = []): Fleet {
  return { repositories: { main: [...storyEbuilds, ...more] }, binhost: { world: [] }, nodes };
}

/** What a node lists while the binhost is away would all be compiled, and is no demand; once it is back the node looks again. */
export const binhostAway: Scenario = {
  name: 'binhost-down-while-a-node-looks',
  fleet: fleetOf({ node1: { world: ['sys-apps/dbus'] } }),
  expected: { node1: { [dbus]: ready } },
  story: [
    {
      when: 'the binhost is down, and the node wants one more package and looks',
      happens: [
        { stop: 'binhost' },
        { want: ['app-misc/ca-certificates'], on: 'node1' },
        { look: 'node1', ends: 'incomplete' },
        { start: 'binhost' },
      ],
      expected: { node1: { [dbus]: ready, [certificates]: ready } },
    },
  ],
  builds: { [dbus]: 1, [certificates]: 1 },
};

const slow: EbuildOf = { cpv: 'app-misc/slow-1.0', compileSeconds: 15 };
const building = { state: 'waiting', reasonCode: 'build-building', build: 'building' } as const;

/** The coordinator restarts while a build runs: the builder goes on with it, and the same attempt is published. */
export const coordinatorRestarts: Scenario = {
  name: 'coordinator-restarted-while-a-build-runs',
  buildRoots: true,
  fleet: fleetOf({ node1: { world: ['app-misc/slow'] } }, [slow]),
  expected: { node1: { [slow.cpv]: building } },
  story: [
    {
      when: 'the coordinator restarts',
      happens: [{ restart: 'serve' }],
      expected: { node1: { [slow.cpv]: ready } },
      attempts: { [slow.cpv]: 1 },
    },
  ],
  builds: { [slow.cpv]: 1 },
};

/** The whole binhost restarts while a build runs: the attempt is lost with its builder, the build is not. */
export const binhostRestarts: Scenario = {
  name: 'binhost-restarted-while-a-build-runs',
  fleet: fleetOf({ node1: { world: ['app-misc/slow'] } }, [slow]),
  expected: { node1: { [slow.cpv]: building } },
  story: [
    {
      when: 'the binhost restarts',
      happens: [{ stop: 'binhost' }, { start: 'binhost' }],
      expected: { node1: { [slow.cpv]: ready } },
      attempts: { [slow.cpv]: 2 },
    },
  ],
  builds: { [slow.cpv]: 1 },
};

/** The agent is away when its package is published: the notice waits for it. */
export const agentRestarts: Scenario = {
  name: 'agent-away-while-its-package-is-published',
  fleet: fleetOf({ node1: { world: ['app-misc/slow'] } }, [slow]),
  expected: { node1: { [slow.cpv]: building } },
  story: [
    {
      when: 'the agent ends, and the package is published meanwhile',
      happens: [{ stop: 'node1' }],
      expected: {},
      newestBuilds: { [slow.cpv]: 'published' },
    },
    {
      when: 'the agent starts again',
      happens: [{ start: 'node1' }],
      expected: { node1: { [slow.cpv]: ready } },
    },
  ],
  builds: { [slow.cpv]: 1 },
};
