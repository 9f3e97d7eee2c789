import { describe, expect, test } from 'vitest';
import { admitMessage, nextSessionState, SESSION_STATES, type SessionEvent } from '../../src/link/session-state.ts';

describe('a session', () => {
  test('goes from greeting to online to closing, and never back', () => {
    const events: SessionEvent[] = ['greeted', 'close'];
    const moves = SESSION_STATES.flatMap((state) =>
      events.map((event) => `${state} ${event} → ${nextSessionState(state, event) ?? 'nothing'}`),
    );
    expect(moves).toEqual([
      'greeting greeted → online',
      'greeting close → closing',
      'online greeted → nothing',
      'online close → closing',
      'closing greeted → nothing',
      'closing close → nothing',
    ]);
  });

  test('takes hello first and only once', () => {
    expect(admitMessage('greeting', 'hello').admit).toBe(true);
    expect(admitMessage('greeting', 'report')).toMatchObject({ admit: false, code: 'HELLO_EXPECTED' });
    expect(admitMessage('online', 'report').admit).toBe(true);
    expect(admitMessage('online', 'hello')).toMatchObject({ admit: false, code: 'HELLO_REPEATED' });
  });

  test('takes nothing while it closes', () => {
    expect(admitMessage('closing', 'hello')).toMatchObject({ admit: false, code: 'CLOSING' });
    expect(admitMessage('closing', 'report')).toMatchObject({ admit: false, code: 'CLOSING' });
  });
});
