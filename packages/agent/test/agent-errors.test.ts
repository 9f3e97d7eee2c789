import { expect, test } from 'vitest';
import { AGENT_ERRORS, agentError } from '../src/agent-errors.ts';

test('every code is upper case and says in a sentence what it means', () => {
  for (const [code, meaning] of Object.entries(AGENT_ERRORS)) {
    expect(code).toMatch(/^[A-Z][A-Z_]+$/);
    expect(meaning).toMatch(/^[A-Z].*\.$/);
  }
});

test('an error carries its code, its message and its hint', () => {
  expect(agentError('NOT_RUNNING', 'expected an agent', { hint: 'Start it.' })).toMatchObject({
    code: 'NOT_RUNNING',
    message: 'expected an agent',
    hint: 'Start it.',
  });
});
