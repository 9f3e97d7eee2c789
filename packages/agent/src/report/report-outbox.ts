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
  /** The number for the next report. Never given twice; across restarts neither, unless the disk takes nothing. */
  takeNumber(): number;
  /** Also where this throws, the report is pending until the agent ends. @throws STATE_UNUSABLE */
  store(report: Report, inventory: Inventory | null): void;
  /** Replaces the pending report in memory only: the disk takes nothing. */
  hold(report: Report): void;
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

  const identity = identityFile.load() ?? newIdentity(identityFile);
  let pending = loadOrDrop(reportFile);
  /** An inventory that the disk did not take. */
  let unstored: Inventory | undefined;
  let inventoryDigest = loadOrDrop(inventoryFile)?.digest ?? null;
  return {
    epoch: identity.epoch,
    takeNumber: () => {
      // Where a number could not be kept, the coordinator knows it: it says at the welcome what it has.
      identity.reportNumber = Math.max(identity.reportNumber, identity.acknowledged) + 1;
      storeIfPossible(identityFile, identity);
      return identity.reportNumber;
    },
    store: (report, inventory) => {
      pending = report;
      const isNew = inventory !== null && inventory.digest !== inventoryDigest;
      if (isNew) unstored = inventory;
      inventoryDigest = inventory?.digest ?? inventoryDigest;
      if (unstored) inventoryFile.store(unstored);
      unstored = undefined;
      reportFile.store(report);
    },
    hold: (report) => {
      pending = report;
    },
    pending: () => pending,
    acknowledge: (number) => {
      if (number <= identity.acknowledged) return;
      identity.acknowledged = number;
      const isSent = pending !== undefined && pending.number <= number;
      if (isSent) pending = undefined;
      storeIfPossible(identityFile, identity);
      if (isSent) removeIfPossible(reportPath);
    },
    get lastAcknowledged() {
      return identity.acknowledged;
    },
    get inventoryDigest() {
      return inventoryDigest;
    },
    inventory: () => unstored ?? inventoryFile.load(),
  };
}

function newIdentity(file: { store(identity: Identity): void }): Identity {
  const identity = { epoch: randomUUID(), reportNumber: 0, acknowledged: 0 };
  file.store(identity);
  return identity;
}

/** Where nothing can be written, `store` says so at the next look; at worst a report is sent once more. */
function storeIfPossible(file: { store(identity: Identity): void }, identity: Identity): void {
  try {
    file.store(identity);
  } catch {
    // See above.
  }
}

function removeIfPossible(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // See above.
  }
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
