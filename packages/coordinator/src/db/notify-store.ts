import { sql } from 'drizzle-orm';
import type { Channel } from './channels.ts';
import type { Database } from './database.ts';

/**
 * Sends a notification when the transaction commits; nothing is sent if it is rolled back.
 * Only a hint: whoever listens must also poll.
 *
 * @param payload under 8000 bytes
 */
export async function notifyChannel(db: Database, channel: Channel, payload = ''): Promise<void> {
  await db.execute(sql`select pg_notify(${channel}, ${payload})`);
}
