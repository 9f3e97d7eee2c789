import { OLDEST_PROTOCOL_VERSION, PROTOCOL_VERSION } from '@binhost/shared/protocol';
import { expect, test } from 'vitest';
import { protocolMismatch } from '../../src/link/protocol-match.ts';

test('versions that this release speaks match', () => {
  expect(protocolMismatch(PROTOCOL_VERSION)).toBeUndefined();
  expect(protocolMismatch(OLDEST_PROTOCOL_VERSION)).toBeUndefined();
});

test('an older agent is told to update itself', () => {
  expect(protocolMismatch(OLDEST_PROTOCOL_VERSION - 1)).toContain('update binhost-agent on this node');
});

test('a newer agent is told that the coordinator must be updated', () => {
  expect(protocolMismatch(PROTOCOL_VERSION + 1)).toContain('update binhost-coordinator on the binhost');
});
