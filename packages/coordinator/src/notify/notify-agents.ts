/**
 * The step notify: tells connected agents what was published for them.
 * In: the event log, and who is connected. Out: `packages-published` messages, in the order of their numbers.
 * Called after applyPublished, and whenever the channel `changed` rings; what an agent misses is sent after its next hello.
 * May fail with what the database or the connection throws; nothing is lost by it, since cursors move only on `event-seen`.
 */
import type { PackagesPublished } from '@binhost/shared/protocol';
import type { Database } from '../db/database.ts';
import type { Logger } from '../log.ts';
import { chooseRecipients, type OnlineAgent } from './choose-recipients.ts';
import { eventsAfter, newestEvents } from './event-store.ts';

export interface NotifyAgents {
  db: Database;
  log: Logger;
  /** Who is connected, and how far each has been sent to. */
  online: () => OnlineAgent[];
  /** Sends one event and remembers on the connection that it went out. */
  send: (nodeId: string, event: PackagesPublished) => Promise<void> | void;
}

/** @returns how many events went out */
export async function notifyAgents({ db, log, online, send }: NotifyAgents): Promise<number> {
  const agents = online();
  const newest = await newestEvents(
    db,
    agents.map((agent) => agent.nodeId),
  );
  let sent = 0;
  for (const { nodeId, after } of chooseRecipients(agents, newest)) {
    for (const event of await eventsAfter(db, nodeId, after)) {
      await send(nodeId, event);
      sent++;
    }
  }
  if (sent > 0) log.info({ step: 'notify', events: sent }, 'agents notified');
  return sent;
}
