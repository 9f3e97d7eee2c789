import type { AgentMessage, Inventory, Proofs, Report, Welcome } from '@binhost/shared/protocol';
import type { Logger } from '../log.ts';

/**
 * What of the agent's knowledge the coordinator lacks, and sending it in the right order: the inventory before the report
 * that was made on it, the proofs behind it. Nothing is queued: after every welcome it starts again from what is known, so
 * a lost connection loses nothing.
 */
export interface SenderParts {
  send: (message: AgentMessage, onAck?: () => void) => boolean;
  /** The newest report that is not acknowledged yet. */
  pendingReport: () => Report | undefined;
  inventory: () => Inventory | undefined;
  onReportAcknowledged: (number: number) => void;
  log: Logger;
}

export interface ReportSender {
  /** @param digestSaid the inventory's digest in the hello that was welcomed */
  onWelcome(welcome: Welcome, digestSaid: string | null): void;
  /** There is a new pending report. */
  reportReady(): void;
  /** Replaces proofs that are still unacknowledged: each message holds all that its look showed. */
  proofsReady(proofs: Proofs): void;
}

export function reportSender({ send, pendingReport, inventory, onReportAcknowledged, log }: SenderParts): ReportSender {
  /** Digest that this connection's coordinator has or is being sent; null: none. */
  let digestThere: string | null = null;
  let inventoryWanted = false;
  let unacknowledgedProofs: Proofs | undefined;

  const sendInventory = (): void => {
    const known = inventory();
    if (known && send(known)) digestThere = known.digest;
    inventoryWanted = false;
  };
  const sendReport = (): void => {
    const report = pendingReport();
    if (!report) return;
    if (inventoryWanted || report.inventoryDigest !== digestThere) sendInventory();
    const { number } = report;
    const isSent = send(report, () => {
      log.info({ number }, 'report acknowledged');
      onReportAcknowledged(number);
    });
    if (isSent) log.info({ number, outcome: report.outcome, entries: report.entries.length }, 'report sent');
  };
  const sendProofs = (): void => {
    const proofs = unacknowledgedProofs;
    if (!proofs) return;
    send(proofs, () => {
      if (unacknowledgedProofs === proofs) unacknowledgedProofs = undefined;
    });
  };
  return {
    onWelcome: (welcome, digestSaid) => {
      onReportAcknowledged(welcome.lastReport);
      inventoryWanted = welcome.inventoryWanted;
      digestThere = welcome.inventoryWanted ? null : digestSaid;
      if (inventoryWanted) sendInventory();
      sendReport();
      sendProofs();
    },
    reportReady: sendReport,
    proofsReady: (proofs) => {
      unacknowledgedProofs = proofs;
      sendProofs();
    },
  };
}
