import { lstat, readFile, writeFile } from 'node:fs/promises';
import { resolveInRoot } from './run-mounts.ts';

/**
 * Takes the password hashes out of a build root. The files stay: packages that bring users write to them. The overlay keeps
 * the changed copy, so nothing of the system changes.
 */
export async function lockPasswords(root: string): Promise<void> {
  for (const name of PASSWORD_FILES) {
    const path = await resolveInRoot(root, `/etc/${name}`);
    if (!(await lstat(path).catch(() => undefined))?.isFile()) continue;
    await writeFile(path, withoutHashes(await readFile(path, 'utf8')));
  }
}

/** Of shadow, gshadow and their back-up copies: `name:hash:…`. A `*` locks the password, whatever stood there. */
export function withoutHashes(text: string): string {
  return text.replaceAll(/^([^:\n]*):[^:\n]*/gm, '$1:*');
}

const PASSWORD_FILES = ['shadow', 'shadow-', 'gshadow', 'gshadow-'];
