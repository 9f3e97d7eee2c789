/**
 * The step ingest: what nodes say becomes rows. In: checked messages of the link. Out: nodes, reports, inventories.
 * Called by the link for every message; the acknowledgement follows the commit. May fail with what the database throws: then
 * nothing was written, no acknowledgement goes out, and the agent sends the message again.
 */
import type { Report } from '@binhost/shared/protocol';
import type { Database } from '../db/database.ts';
import { deleteOldReports, storeNodeFacts, storeReport } from './report-store.ts';

const DEFAULT_KEPT_REPORTS = 20;

/**
 * Stores one report, once: (node, epoch, number) names it, and a second copy changes nothing.
 *
 * @param keepReports how many of the node's reports stay, `demand.keepReports`
 */
export async function ingestReport(
  db: Database,
  nodeId: string,
  report: Report,
  keepReports: number = DEFAULT_KEPT_REPORTS,
): Promise<{ reportId: number; isNew: boolean }> {
  return db.transaction(async (tx) => {
    const stored = await storeReport(tx, nodeId, report);
    if (!stored.isNew) return stored;
    await storeNodeFacts(tx, nodeId, report);
    await deleteOldReports(tx, nodeId, keepReports);
    return stored;
  });
}
