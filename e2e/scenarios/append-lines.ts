import { appendFile } from 'node:fs/promises';

/** Below a machine's root. */
export const WORLD_FILE = 'var/lib/portage/world';

export async function appendLines(file: string, lines: string[]): Promise<void> {
  await appendFile(file, lines.map((line) => `${line}\n`).join(''));
}
