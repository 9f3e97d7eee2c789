import { gzipSync } from 'node:zlib';
import { fuzzRun, heapInUse, makeHello, makeReport, waitFor } from '@binhost/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCoordinator, type TestCoordinator } from './start-coordinator.ts';
import { connectAgent, joinAgent } from './test-agent.ts';

let coordinator: TestCoordinator;
beforeAll(async () => {
  coordinator = await startCoordinator({}, { limits: { connectsPerMinute: 1e6, connectsPerMinuteOfAll: 1e6 } });
});
afterAll(() => coordinator.stop());

const hello = makeHello({ nodeName: 'fuzzed' });
const messages = fc.oneof(
  fc.constantFrom<unknown>(hello, makeReport({ entries: [] }), { type: 'event-seen', event: 1 }, { type: 'dance' }),
  fc.constantFrom<unknown>({ ...hello, nodeName: '../x' }, { ...hello, protocolVersion: 0 }, { type: { toString: 1 } }),
  fc.jsonValue(),
);
const frame = fc.oneof(
  fc
    .tuple(fc.constantFrom('message', 'loose', 'ack', 'error', 'x'), fc.integer({ min: -1, max: 5 }), messages)
    .map(([kind, sequence, message]) => JSON.stringify({ kind, sequence, message, code: 'X', final: false })),
  fc.json(),
  fc.string(),
);
type Sent = string | Buffer;
const sent: fc.Arbitrary<Sent> = fc.oneof(
  { weight: 4, arbitrary: frame },
  { weight: 2, arbitrary: frame.map((text) => gzipSync(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)) },
  { weight: 1, arbitrary: fc.nat({ max: 300 }).map((at) => gzipSync('x'.repeat(1000)).subarray(0, at)) },
);
/** Half of the sessions begin with a good hello. */
const session = fc.tuple(fc.boolean(), fc.array(sent, { maxLength: 12 }));

test('a session of random frames ends in refusals, never in a crash, and others are served', async () => {
  const run = fuzzRun('agent sessions', 60);
  const before = heapInUse();
  await fc.assert(
    fc.asyncProperty(session, async ([greets, frames]) => {
      const agent = await connectAgent(coordinator);
      if (greets) await agent.deliver(hello);
      for (const data of frames) agent.socket.send(data);
      agent.socket.close();
      await agent.closed();
    }),
    run,
  );
  const good = await joinAgent(coordinator, { nodeName: 'good' });
  await good.deliver({ type: 'event-seen', event: 1 });
  await good.leave();
  const ours = ['agent message could not be handled', 'unexpected error'];
  expect(coordinator.log.lines.filter(({ msg }) => ours.includes(msg))).toEqual([]);
  coordinator.log.lines.length = 0;
  await waitFor(() => heapInUse() - before < 30 * 1024 * 1024, { what: 'the memory to be given back' });
}, 3_600_000);
