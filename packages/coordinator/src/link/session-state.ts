/**
 * The states of one agent connection, and the only moves between them.
 *
 * greeting  connected with the right secret; only hello may come, and only for a while. From: the upgrade.
 * online    hello was accepted and answered with welcome; everything else may come. From: greeting.
 * closing   one side has ended the connection, or broke the protocol; what still arrives is dropped. The end.
 */
export const SESSION_STATES = ['greeting', 'online', 'closing'] as const;
export type SessionState = (typeof SESSION_STATES)[number];
export type SessionEvent = 'greeted' | 'close';

const SESSION_TRANSITIONS: Record<SessionState, Partial<Record<SessionEvent, SessionState>>> = {
  greeting: { greeted: 'online', close: 'closing' },
  online: { close: 'closing' },
  closing: {},
};

/** @returns the next state; undefined where the event moves nothing */
export function nextSessionState(state: SessionState, event: SessionEvent): SessionState | undefined {
  return SESSION_TRANSITIONS[state][event];
}

/** What a numbered message of this type means in this state. */
export type Admission =
  | { admit: true }
  | { admit: false; code: 'HELLO_EXPECTED' | 'HELLO_REPEATED' | 'CLOSING'; message: string };

/**
 * Whether a message may be handled now.
 *
 * @param type the message's type
 */
export function admitMessage(state: SessionState, type: string): Admission {
  if (state === 'closing') return { admit: false, code: 'CLOSING', message: 'the connection is being closed' };
  if (state === 'greeting' && type !== 'hello') {
    return { admit: false, code: 'HELLO_EXPECTED', message: `expected hello as the first message, got '${type}'` };
  }
  if (state === 'online' && type === 'hello') {
    return { admit: false, code: 'HELLO_REPEATED', message: 'expected hello only once per connection, got a second' };
  }
  return { admit: true };
}
