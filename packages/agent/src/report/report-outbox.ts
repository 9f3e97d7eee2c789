import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { decodeAgentMessage, type Inventory, type Report } from '@binhost/shared/protocol';
import { stateFile } from '../files/state-file.ts';

/**
 * What must survive a restart until the coordinator has it: the newest unacknowledged report (a newer look replaces it) and
 * the inventory that it was made on; and the counters by which the coordinator tells reports apart.
 *
 * identity.json   epoch, number of the newest report, number of the newest acknowledged one
 * report.json     the newest unacknowledged report; not there when all are acknowledged
 * inventory.json  the newest inventory
 */
export interface ReportOutbox {
  readonly epoch: string;
  /** The number for the next report. Never given twice, also across restarts. @throws STATE_UNUSABLE */
  takeNumber(): number;
  /** @throws STATE_UNUSABLE */
  store(report: Report, inventory: Inventory | null): void;
  /** The newest report if it is not acknowledged yet. */
  pending(): Report | undefined;
  /** The coordinator has all reports up to this number. */
  acknowledge(number: number): void;
  readonly lastAcknowledged: number;
  /** Digest of the newest inventory; null: none was read yet. */
  readonly inventoryDigest: string | null;
  /** Read from disk each time: it is large and seldom needed. */
  inventory(): Inventory | undefined;
}

interface Identity {
  epoch: string;
  reportNumber: number;
  acknowledged: number;
}

/** @throws STATE_UNUSABLE where the state directory cannot be written, or holds something else */
export function openReportOutbox(stateDirectory: string): ReportOutbox {
  const identityFile = stateFile(join(stateDirectory, 'identity.json'), decodeIdentity);
  const reportPath = join(stateDirectory, 'report.json');
  const reportFile = stateFile(reportPath, (value) => decodeAs(value, 'report'));
  const inventoryFile = stateFile(join(stateDirectory, 'inventory.json'), (value) => decodeAs(value, 'inventory'));

  const identity = identityFile.load() ?? { epoch: randomUUID(), reportNumber: 0, acknowledged: 0 };
  identityFile.store(identity);
  let pending = loadOrDrop(reportFile);
  let inventoryDigest = loadOrDrop(inventoryFile)?.digest ?? null;
  return {
    epoch: identity.epoch,
    takeNumber: () => {
      identity.reportNumber += 1;
      identityFile.store(identity);
      return identity.reportNumber;
    },
    store: (report, inventory) => {
      if (inventory && inventory.digest !== inventoryDigest) inventoryFile.store(inventory);
      inventoryDigest = inventory?.digest ?? inventoryDigest;
      reportFile.store(report);
      pending = report;
    },
    pending: () => pending,
    acknowledge: (number) => {
      if (number <= identity.acknowledged) return;
      identity.acknowledged = number;
      identityFile.store(identity);
      if (!pending || pending.number > number) return;
      pending = undefined;
      rmSync(reportPath, { force: true });
    },
    get lastAcknowledged() {
      return identity.acknowledged;
    },
    get inventoryDigest() {
      return inventoryDigest;
    },
    inventory: () => inventoryFile.load(),
  };
}

function decodeIdentity(value: unknown): Identity {
  const { epoch, reportNumber, acknowledged } = value as Partial<Identity>;
  if (typeof epoch === 'string' && Number.isInteger(reportNumber) && Number.isInteger(acknowledged)) {
    return { epoch, reportNumber: Number(reportNumber), acknowledged: Number(acknowledged) };
  }
  throw new Error('expected epoch, reportNumber and acknowledged');
}

function decodeAs<T extends 'report' | 'inventory'>(value: unknown, type: T) {
  const message = decodeAgentMessage(value);
  if (message.type === type) return message as Extract<typeof message, { type: T }>;
  throw new Error(`expected a message of type ${type}, got ${message.type}`);
}

/** A report that an older release wrote, or a damaged one, is not worth refusing to start: the next look replaces it. */
function loadOrDrop<T>(file: { load(): T | undefined }): T | undefined {
  try {
    return file.load();
  } catch {
    return undefined;
  }
}
