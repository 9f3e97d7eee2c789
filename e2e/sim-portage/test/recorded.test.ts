import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeTemporaryDirectory } from '@binhost/testkit';
import { describe, expect, it } from 'vitest';
import { ebuilds, type RecordedCase, recordedCases } from './recorded-cases.ts';
import { emerge, serveFiles, testHost } from './simulated-run.ts';

const recorded = fileURLToPath(new URL('recorded/', import.meta.url));

describe.concurrent('the simulated emerge says what the real one said', { timeout: 60_000 }, () => {
  for (const each of recordedCases) {
    it(each.name, async () => {
      expect(await simulate(each)).toBe(await readFile(join(recorded, `${each.name}.txt`), 'utf8'));
    });
  }
});

async function simulate({ host, args, binaries }: RecordedCase): Promise<string> {
  const index = await makeTemporaryDirectory();
  await cp(join(recorded, 'packages-index.txt'), join(index.path, 'Packages'));
  const served = binaries ? await serveFiles(index.path) : undefined;
  const binaryHosts = served ? [{ name: 'binhost', syncUri: served.url, verifySignature: false }] : [];
  const made = await testHost(ebuilds, { ...host, binaryHosts });
  const { stdout, stderr, exitCode } = await emerge(made, args);
  await index.remove();
  return recordedForm({ stdout, stderr, exitCode });
}

/** As the recordings have it: the time that a resolution took left out, and empty lines of standard error. */
function recordedForm({
  stdout,
  stderr,
  exitCode,
}: {
  stdout: string;
  stderr: string;
  exitCode: number | undefined;
}): string {
  const timeless = stdout.replace(/took [\d.]+ s/, 'took T s');
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  return `${timeless}--- stderr\n${lines.map((line) => `${line}\n`).join('')}--- exit ${exitCode}\n`;
}
