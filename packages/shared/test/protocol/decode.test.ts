import { readFileSync } from 'node:fs';
import { BinhostError } from '@binhost/shared/errors';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeAgentMessage,
  decodeCoordinatorMessage,
  decodeFrame,
  encodeFrame,
  type Frame,
} from '../../src/protocol/index.ts';

const example = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`messages/v1/${name}.json`, import.meta.url), 'utf8')) as Record<string, unknown>;

function refusal(action: () => unknown): { code: string; message: string } {
  try {
    action();
  } catch (error) {
    if (error instanceof BinhostError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('expected a refusal, got none');
}

describe('a frame', () => {
  test.each<Frame>([
    { kind: 'message', sequence: 1, message: { type: 'event-seen', event: 1 } },
    { kind: 'ack', sequence: 7 },
    { kind: 'loose', message: { any: 'thing' } },
    { kind: 'error', code: 'X', message: 'why', sequence: null, final: true },
  ])('of kind $kind survives the wire', (frame) => {
    expect(decodeFrame(encodeFrame(frame))).toEqual(frame);
  });

  test.each(['', '{', 'null', '[]', '"text"', '{"kind":"other"}', '{"kind":"ack","sequence":0}', '{"kind":"ack"}'])(
    'is refused where it is %j',
    (text) => {
      expect(refusal(() => decodeFrame(text)).code).toBe('PROTOCOL_BAD_FRAME');
    },
  );

  test('that is rubbish is refused by name, whatever it holds', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          decodeFrame(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'PROTOCOL_BAD_FRAME' });
        }
      }),
    );
  });
});

describe('a message', () => {
  test('of an unknown type is refused and its type named', () => {
    const { code, message } = refusal(() => decodeAgentMessage({ type: 'dance' }));
    expect(code).toBe('PROTOCOL_BAD_MESSAGE');
    expect(message).toContain("'dance'");
  });

  test('of the other direction is refused', () => {
    expect(refusal(() => decodeAgentMessage(example('welcome'))).code).toBe('PROTOCOL_BAD_MESSAGE');
    expect(refusal(() => decodeCoordinatorMessage(example('hello'))).code).toBe('PROTOCOL_BAD_MESSAGE');
  });

  test('with fields of a newer version decodes without them', () => {
    expect(decodeAgentMessage({ ...example('event-seen'), colour: 'green' })).toEqual(example('event-seen'));
  });

  test('that does not fit names the field', () => {
    const { message } = refusal(() => decodeAgentMessage({ ...example('hello'), lastEvent: -1 }));
    expect(message).toContain("'hello'");
    expect(message).toContain('lastEvent');
  });

  test('is refused where it is no object', () => {
    for (const value of [null, 5, 'text', []]) {
      expect(refusal(() => decodeAgentMessage(value)).code).toBe('PROTOCOL_BAD_MESSAGE');
    }
  });
});

describe('names that could reach an argv or a path', () => {
  const report = example('report');
  const entry = (report['entries'] as Record<string, unknown>[])[0];
  const withEntry = (overrides: Record<string, unknown>) => ({ ...report, entries: [{ ...entry, ...overrides }] });

  test.each([
    { cpv: '--exec=/bin/sh' },
    { cpv: '../../etc/passwd-1' },
    { cpv: 'net-dns/dnsmasq-2.90;reboot' },
    { cpv: 'net-dns/dnsmasq-2.90\n' },
    { cpv: 'net-dns/dnsmasq' },
    { slot: '-1' },
    { slot: '0/2' },
    { repository: '../gentoo' },
    { repository: '' },
    { use: { enabled: ['-dbus'], disabled: [] } },
    { use: { enabled: ['a b'], disabled: [] } },
    { kind: 'blocks' },
  ])('%j is refused in a report', (overrides) => {
    expect(refusal(() => decodeAgentMessage(withEntry(overrides))).code).toBe('PROTOCOL_BAD_MESSAGE');
  });

  test.each(['Alpha', '.alpha', 'alpha.', 'a/b', '', 'a'.repeat(64), 'alpha\n'])('%j is no node name', (nodeName) => {
    expect(refusal(() => decodeAgentMessage({ ...example('hello'), nodeName })).message).toContain('nodeName');
  });

  test('escape sequences in text are refused', () => {
    const reason = '\u001b[2J';
    expect(refusal(() => decodeCoordinatorMessage({ type: 'collect-now', reason })).message).toContain('reason');
  });

  test('lists are bounded', () => {
    const results = Array.from({ length: 20_001 }, () => (example('proofs')['results'] as unknown[])[0]);
    expect(refusal(() => decodeAgentMessage({ ...example('proofs'), results })).message).toContain('results');
  });
});
