import type { WishView } from '@binhost/shared/protocol';

/** What hooks are run for; docs/hooks.md says when each comes. */
export const HOOK_EVENTS = [
  /** A package can be installed as a binary now. */
  'ready',
  /** Published, but this node's Portage still wants to compile it. */
  'refused',
  /** The build failed. */
  'failed',
  /** It can't be built, or is excluded by policy. */
  'unbuildable',
  /** A look gave a whole list. */
  'look-complete',
  /** A look gave none, or one that is no demand. */
  'look-failed',
  'link-up',
  'link-down',
] as const;
export type HookEventName = (typeof HOOK_EVENTS)[number];

export interface HookEvent {
  event: HookEventName;
  /** When it came about, milliseconds since the epoch. */
  atMs: number;
  /** category/name-version; null: it is about no package. */
  cpv: string | null;
  buildId: number | null;
  /** One sentence; empty: nothing to say. */
  reason: string;
}

/** The environment and stdin of a hook. Nothing of it is ever part of a command line. */
export function hookInput(event: HookEvent, node: string): { env: Record<string, string>; input: string } {
  return {
    env: {
      BINHOST_EVENT: event.event,
      BINHOST_NODE: node,
      BINHOST_CPV: event.cpv ?? '',
      BINHOST_BUILD_ID: event.buildId === null ? '' : String(event.buildId),
      BINHOST_REASON: event.reason.replace(/\0/g, ''),
      BINHOST_AT: new Date(event.atMs).toISOString(),
    },
    input: `${JSON.stringify({ ...event, node })}\n`,
  };
}

/**
 * What changed between two snapshots of the wishes. The first one after a start changes nothing: what it shows happened before.
 */
export function wishEvents(
  before: readonly WishView[] | undefined,
  now: readonly WishView[],
  atMs: number,
): HookEvent[] {
  if (!before) return [];
  const known = new Map(before.map((wish) => [keyOf(wish), eventOf(wish)]));
  return now.flatMap((wish) => {
    const event = eventOf(wish);
    if (event === undefined || known.get(keyOf(wish)) === event) return [];
    return [{ event, atMs, cpv: wish.cpv, buildId: wish.buildId, reason: wish.reason ?? '' }];
  });
}

function keyOf({ cpv, useEnabled, bindings }: WishView): string {
  return JSON.stringify([cpv, useEnabled, bindings]);
}

function eventOf({ state, buildState }: WishView): HookEventName | undefined {
  if (state === 'ready' || state === 'refused') return state;
  if (state === 'unbuildable' || state === 'excluded') return 'unbuildable';
  return state === 'waiting' && buildState === 'failed' ? 'failed' : undefined;
}
