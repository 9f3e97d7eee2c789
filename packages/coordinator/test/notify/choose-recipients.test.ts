import { expect, test } from 'vitest';
import { chooseRecipients } from '../../src/notify/choose-recipients.ts';

test('an agent gets what was written behind the newest event that went out to it', () => {
  const online = [
    { nodeId: 'behind', sentEvent: 3 },
    { nodeId: 'up-to-date', sentEvent: 5 },
    { nodeId: 'without-events', sentEvent: 0 },
  ];
  const newest = new Map([
    ['behind', 5],
    ['up-to-date', 5],
    ['away', 9],
  ]);
  expect(chooseRecipients(online, newest)).toEqual([{ nodeId: 'behind', after: 3 }]);
});
