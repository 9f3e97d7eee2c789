import type { Database } from '../db/database.ts';
import { clearConnections, storeConnection } from './report-store.ts';

/** @param nowMs wall clock, milliseconds since the epoch */
export async function markConnected(db: Database, nodeId: string, nowMs: number): Promise<void> {
  await storeConnection(db, nodeId, new Date(nowMs));
}

/** Call it when the node's last connection closes. */
export async function markDisconnected(db: Database, nodeId: string): Promise<void> {
  await storeConnection(db, nodeId, null);
}

/** Call it at the start of the only coordinator: connections of a process that died are gone. */
export async function markAllDisconnected(db: Database): Promise<void> {
  await clearConnections(db);
}
