import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeInstalledPackage, makeReport, makeTemporaryDirectory, type TemporaryDirectory } from '@binhost/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeInventory } from '../../src/collect/inventory.ts';
import { openReportOutbox } from '../../src/report/report-outbox.ts';

let directory: TemporaryDirectory;
beforeEach(async () => {
  directory = await makeTemporaryDirectory();
});
afterEach(() => directory.remove());

const inventory = makeInventory([makeInstalledPackage()]);

test('epoch and numbers survive a restart, and no number is given twice', () => {
  const first = openReportOutbox(directory.path);
  expect([first.takeNumber(), first.takeNumber()]).toEqual([1, 2]);
  const second = openReportOutbox(directory.path);
  expect(second.epoch).toBe(first.epoch);
  expect(second.takeNumber()).toBe(3);
});

test('the newest unacknowledged report and its inventory survive a restart', () => {
  const before = openReportOutbox(directory.path);
  before.store(makeReport({ number: 1 }), inventory);
  before.store(makeReport({ number: 2 }), null);
  const after = openReportOutbox(directory.path);
  expect(after.pending()).toEqual(makeReport({ number: 2 }));
  expect(after.inventoryDigest).toBe(inventory.digest);
  expect(after.inventory()).toEqual(inventory);
});

test('an acknowledged report is forgotten, a newer one is not', () => {
  const outbox = openReportOutbox(directory.path);
  outbox.store(makeReport({ number: 4 }), inventory);
  outbox.acknowledge(3);
  expect(outbox.pending()?.number).toBe(4);
  outbox.acknowledge(4);
  expect(outbox.pending()).toBeUndefined();
  expect(existsSync(join(directory.path, 'report.json'))).toBe(false);
  expect(openReportOutbox(directory.path).lastAcknowledged).toBe(4);
});

test('a damaged report is dropped, since the next look replaces it', () => {
  writeFileSync(join(directory.path, 'report.json'), '{"type":"report"');
  expect(openReportOutbox(directory.path).pending()).toBeUndefined();
});

test('a damaged identity is an error that says what to do', () => {
  writeFileSync(join(directory.path, 'identity.json'), '{}');
  expect(() => openReportOutbox(directory.path)).toThrowError(
    expect.objectContaining({ code: 'STATE_UNUSABLE', hint: expect.stringContaining('paths.state') }),
  );
});

test('a state directory that cannot be made is an error that names it', () => {
  writeFileSync(join(directory.path, 'file'), '');
  expect(() => openReportOutbox(join(directory.path, 'file'))).toThrowError(/file\/identity.json/);
});
