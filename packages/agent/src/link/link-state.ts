/**
 * The states of the agent's link to its coordinator, and the only moves between them.
 *
 * offline     not connected; waits for the next try. From: start, a try that failed, a connection that ended.
 * connecting  the WebSocket is being opened. From: offline.
 * greeting    open; hello was said, welcome not heard. From: connecting.
 * online      welcomed: reports, notices and wishes flow. From: greeting.
 * refused     the coordinator ended it for good (a version it does not speak, …); the reason says what to do. The agent looks
 *             on but tries again only after a restart. From: greeting, online.
 * stopping    the agent ends. From: everywhere. The end.
 */
export const LINK_STATES = ['offline', 'connecting', 'greeting', 'online', 'refused', 'stopping'] as const;
export type LinkState = (typeof LINK_STATES)[number];

/** `lose`: the connection, or the try to make it, ended. */
export type LinkEvent = 'connect' | 'opened' | 'welcomed' | 'lose' | 'refuse' | 'stop';

const LINK_TRANSITIONS: Record<LinkState, Partial<Record<LinkEvent, LinkState>>> = {
  offline: { connect: 'connecting', stop: 'stopping' },
  connecting: { opened: 'greeting', lose: 'offline', stop: 'stopping' },
  greeting: { welcomed: 'online', lose: 'offline', refuse: 'refused', stop: 'stopping' },
  online: { lose: 'offline', refuse: 'refused', stop: 'stopping' },
  refused: { stop: 'stopping' },
  stopping: {},
};

/** @returns the next state; undefined where the event moves nothing */
export function nextLinkState(state: LinkState, event: LinkEvent): LinkState | undefined {
  return LINK_TRANSITIONS[state][event];
}
