import type { Inventory } from '@binhost/shared/protocol';
import type { Database } from '../db/database.ts';
import { storeInventory } from './report-store.ts';

/** Replaces what is known to be installed on the node. Repeating it changes nothing. */
export async function ingestInventory(db: Database, nodeId: string, inventory: Inventory): Promise<void> {
  await storeInventory(db, nodeId, inventory);
}
