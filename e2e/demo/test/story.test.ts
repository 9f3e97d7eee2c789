import { describe, expect, it } from 'vitest';
import type { AgentStatusView, BuildView } from '../../support/views.ts';
import { EMPTY_SNAPSHOT, type Snapshot } from '../snapshot.ts';
import { storyLines } from '../story.ts';

const build = (state: BuildView['state'], reason = ''): Snapshot => ({
  ...EMPTY_SNAPSHOT,
  builds: [
    {
      id: 1,
      cpv: 'net-dns/dnsmasq-2.90',
      useEnabled: ['dbus'],
      bindings: [],
      variantKey: 'k',
      state,
      reason,
      failureKind: null,
      attempts: 1,
    },
  ],
});

function agent(lastLook: AgentStatusView['lastLook']): Snapshot {
  const status = { node: 'desk', link: { state: 'online' }, looking: null, lastLook, wishes: null, trouble: null };
  return { ...EMPTY_SNAPSHOT, agents: { desk: status } };
}

const look = { number: 1, reason: 'start', outcome: 'complete', ebuilds: 2, binaries: 0, isAcknowledged: true };
const texts = (before: Snapshot, after: Snapshot): string[] =>
  storyLines(before, after).map(({ who, what }) => `${who}: ${what}`);

describe('storyLines', () => {
  it('tells each change of a build once', () => {
    expect(texts(EMPTY_SNAPSHOT, build('queued'))).toEqual(['queue: net-dns/dnsmasq-2.90 (dbus) is queued']);
    expect(texts(build('queued'), build('building'))).toEqual(['builder: building net-dns/dnsmasq-2.90 (dbus)']);
    expect(texts(build('building'), build('building'))).toEqual([]);
  });

  it('tells why a build failed', () => {
    expect(texts(build('building'), build('failed', 'it never compiles'))).toEqual([
      'builder: net-dns/dnsmasq-2.90 (dbus) failed: it never compiles',
    ]);
  });

  it('tells a report once the coordinator has it', () => {
    expect(texts(EMPTY_SNAPSHOT, agent({ ...look, isAcknowledged: false }))).toEqual([]);
    expect(texts(agent({ ...look, isAcknowledged: false }), agent(look))).toEqual([
      'desk: reported: it would compile 2 packages',
    ]);
    expect(texts(agent(look), agent(look))).toEqual([]);
  });

  it('tells that an agent fell silent', () => {
    expect(texts(agent(look), { ...EMPTY_SNAPSHOT, agents: { desk: undefined } })).toEqual([
      'desk: the agent does not answer',
    ]);
  });
});
