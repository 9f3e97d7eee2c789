import type { AgentStatusView, BuildView } from '../support/views.ts';
import type { Snapshot } from './snapshot.ts';

/** One line of the story: who, what happened, and to what. */
export interface StoryLine {
  /** A node, `queue`, `builder` or `publisher`. */
  who: string;
  what: string;
  tone: 'plain' | 'good' | 'bad';
}

/** What happened between two looks at the fleet. Pure: the same snapshots give the same lines. */
export function storyLines(before: Snapshot, after: Snapshot): StoryLine[] {
  const nodes = Object.entries(after.agents);
  return [
    ...nodes.flatMap(([name, status]) => lookLines(name, before.agents[name], status)),
    ...[...after.builds].reverse().flatMap((build) =>
      buildLines(
        before.builds.find(({ id }) => id === build.id),
        build,
      ),
    ),
    ...nodes.flatMap(([name, status]) => wishLines(name, before.agents[name], status)),
  ];
}

const line = (who: string, what: string, tone: StoryLine['tone'] = 'plain'): StoryLine => ({ who, what, tone });

function lookLines(name: string, before: AgentStatusView | undefined, now: AgentStatusView | undefined): StoryLine[] {
  if (!now) return before ? [line(name, 'the agent does not answer', 'bad')] : [];
  const look = now.lastLook;
  const was = before?.lastLook;
  if (!look?.isAcknowledged || (was?.number === look.number && was.isAcknowledged)) return [];
  if (look.outcome !== 'complete') return [line(name, `reported a look that was ${look.outcome}`, 'bad')];
  const wants = look.ebuilds === 1 ? '1 package' : `${look.ebuilds} packages`;
  const finds = look.binaries > 0 ? `, finds ${look.binaries} as binaries` : '';
  return [line(name, `reported: it would compile ${wants}${finds}`)];
}

/** States that a person wants to hear of; the others pass too fast to matter. */
function buildLines(before: BuildView | undefined, now: BuildView): StoryLine[] {
  if (before?.state === now.state) return [];
  const name = packageText(now);
  switch (now.state) {
    case 'blocked':
      return [line('queue', `${name} waits for ${now.bindings.join(', ') || 'another build'}`)];
    case 'queued':
      return [line('queue', `${name} ${before?.state === 'blocked' ? 'may be built now' : 'is queued'}`)];
    case 'building':
      return [line('builder', `building ${name}`)];
    case 'built':
      return [line('builder', `built ${name}`)];
    case 'published':
      return [line('publisher', `signed and published ${name}`, 'good')];
    case 'failed':
      return [line('builder', now.reason.startsWith(now.cpv) ? now.reason : `${name} failed: ${now.reason}`, 'bad')];
    case 'aborted':
      return [line('builder', `${name} was aborted and will be tried again: ${now.reason}`, 'bad')];
    default:
      return [];
  }
}

/** `net-dns/dnsmasq-2.90 (dbus dhcp)` */
export function packageText({ cpv, useEnabled }: { cpv: string; useEnabled: string[] }): string {
  return useEnabled.length > 0 ? `${cpv} (${useEnabled.join(' ')})` : cpv;
}

function wishLines(name: string, before: AgentStatusView | undefined, now: AgentStatusView | undefined): StoryLine[] {
  const old = new Map((before?.wishes?.list ?? []).map((wish) => [packageText(wish), wish.state]));
  const changed = (now?.wishes?.list ?? []).filter((wish) => old.get(packageText(wish)) !== wish.state);
  const ready = changed.filter(({ state }) => state === 'ready').map(packageText);
  const stuck = changed.filter(({ state }) => ['refused', 'unbuildable', 'excluded'].includes(state));
  return [
    ...(ready.length > 0 ? [line(name, `ready, fetched and verified: ${ready.join(', ')}`, 'good')] : []),
    ...stuck.map((wish) =>
      line(name, `${wish.state}: ${packageText(wish)}, ${wish.reason ?? 'no reason given'}`, 'bad'),
    ),
  ];
}
