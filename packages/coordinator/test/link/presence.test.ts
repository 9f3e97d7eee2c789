import { captureLog } from '@binhost/testkit';
import { expect, test } from 'vitest';
import { Presence } from '../../src/link/presence.ts';

test('what is written is what holds at the moment of writing', async () => {
  const online = new Set<string>();
  const written: string[] = [];
  const presence = new Presence({
    isOnline: (nodeId) => online.has(nodeId),
    store: async (nodeId, isOnline) => void written.push(`${nodeId} ${isOnline ? 'online' : 'offline'}`),
    log: captureLog().log,
  });
  online.add('a');
  presence.note('a');
  await presence.flush();
  // The old connection goes after the new one has come.
  presence.note('a');
  await presence.flush();
  online.delete('a');
  presence.note('a');
  await presence.flush();
  expect(written).toEqual(['a online', 'a online', 'a offline']);
});

test('what could not be written is tried again at the next flush', async () => {
  const written: string[] = [];
  let isAway = true;
  const captured = captureLog();
  const presence = new Presence({
    isOnline: () => false,
    store: async (nodeId) => {
      if (isAway) throw new Error('away');
      written.push(nodeId);
    },
    log: captured.log,
  });
  presence.note('a');
  await presence.flush();
  expect(captured.withMessage('presence could not be stored')).not.toEqual([]);
  isAway = false;
  await presence.flush();
  expect(written).toEqual(['a']);
});
