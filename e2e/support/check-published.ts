import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parsePackagesIndex } from '@binhost/shared/portage';

/**
 * Holds a published directory to its index, as a client would see it: every entry's file is there with its size and digest.
 *
 * @returns one sentence per fault; empty: whole
 */
export async function faultsOfPublished(poolDirectory: string): Promise<string[]> {
  const index = parsePackagesIndex(await readFile(join(poolDirectory, 'Packages'), 'utf8'));
  const faults: string[] = [];
  for (const entry of index.entries) {
    const path = entry.PATH ?? '';
    const bytes = await readFile(join(poolDirectory, path)).catch(() => undefined);
    if (!bytes) faults.push(`${path} is named and missing`);
    else if (String(bytes.length) !== entry.SIZE) faults.push(`${path} has ${bytes.length} bytes, not ${entry.SIZE}`);
    else if (createHash('sha1').update(bytes).digest('hex') !== entry.SHA1) faults.push(`${path} has another SHA1`);
  }
  return faults;
}
