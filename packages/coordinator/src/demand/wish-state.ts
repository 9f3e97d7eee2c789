import { WISH_STATES, type WishState } from '@binhost/shared/protocol';

/**
 * The states of a wish, and the only moves between them.
 *
 * waiting      the node would compile it and a build is on its way, or will be planned.
 *              from: a report; an exclusion or an obstacle that went away; a published package that was withdrawn.
 * excluded     by policy no demand (live ebuilds, …); the reason names the rule.
 * unbuildable  cannot be served; the reason says why and what would help (not in the tree, binding gone, tree skew).
 * published    the variant stands in the index; the node has been told and has not proven it yet.
 * ready        the node's own Portage lists it as [binary] from our index, and its file was fetched and verified there.
 * refused      published, but the node's Portage still wants to compile it after a look that could see it. Never built again;
 *              the reason names the difference.
 * gone         the node no longer lists it. The end: a new want is a new row.
 */
export type WishEvent = 'build-wanted' | 'exclude' | 'obstacle' | 'publish' | 'prove' | 'refuse' | 'withdraw' | 'leave';

export const WISH_TRANSITIONS: Record<WishState, Partial<Record<WishEvent, WishState>>> = {
  waiting: { exclude: 'excluded', obstacle: 'unbuildable', publish: 'published', leave: 'gone' },
  excluded: { 'build-wanted': 'waiting', obstacle: 'unbuildable', publish: 'published', leave: 'gone' },
  unbuildable: { 'build-wanted': 'waiting', exclude: 'excluded', publish: 'published', leave: 'gone' },
  published: { prove: 'ready', refuse: 'refused', withdraw: 'waiting', leave: 'gone' },
  ready: { refuse: 'refused', withdraw: 'waiting', leave: 'gone' },
  refused: { prove: 'ready', withdraw: 'waiting', leave: 'gone' },
  gone: {},
};

/** @returns the next state; undefined where the event does not move a wish of this state */
export function nextWishState(state: WishState, event: WishEvent): WishState | undefined {
  return WISH_TRANSITIONS[state][event];
}

/** States in which a wish still is one. */
export const LIVE_WISH_STATES = WISH_STATES.filter((state) => state !== 'gone');
