import { describe, expect, test } from 'vitest';
import { coordinatorError } from '../../src/coordinator-errors.ts';
import { publicError } from '../../src/http/error-handler.ts';

describe('an error', () => {
  test('of ours is told as it is, with its hint', () => {
    const error = coordinatorError('NOT_FOUND', 'expected a known node, got x', { hint: 'List them.' });
    expect(publicError(error)).toEqual({
      status: 404,
      body: { error: { code: 'NOT_FOUND', message: 'expected a known node, got x', hint: 'List them.' } },
    });
  });

  test.each([
    ['NOT_ALLOWED', 401],
    ['BAD_REQUEST', 400],
    ['DATABASE_UNAVAILABLE', 503],
    ['INDEX_BROKEN', 500],
  ] as const)('%s answers with %d', (code, status) => {
    expect(publicError(coordinatorError(code, 'text')).status).toBe(status);
  });

  test('that nobody expected is not shown', () => {
    const { status, body } = publicError(new Error('password=x at /srv'));
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain('password');
  });

  test('of a request that does not fit its schema is a bad request', () => {
    const error = Object.assign(new Error('params/id expected number'), { validation: [{}], statusCode: 400 });
    expect(publicError(error)).toMatchObject({ status: 400, body: { error: { code: 'BAD_REQUEST' } } });
  });

  test('of the server itself keeps its status', () => {
    expect(publicError(Object.assign(new Error('too large'), { statusCode: 413 })).status).toBe(413);
  });
});
