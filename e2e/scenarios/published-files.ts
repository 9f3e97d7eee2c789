import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Stage } from './stage.ts';

/** What happens to files in the published directory behind the publisher's back. */

export async function removePublished(stage: Stage, cpv: string): Promise<void> {
  await findPublished(stage, cpv, ['-delete']);
}

/** Turns one byte round within the image, where the installed files are: name, size and all other bytes stay. */
export async function changePublished(stage: Stage, cpv: string): Promise<void> {
  for (const path of await findPublished(stage, cpv)) {
    const bytes = await readFile(path);
    const at = middleOfImage(bytes);
    bytes[at] = (bytes[at] ?? 0) ^ 0xff;
    await writeFile(path, bytes);
  }
}

/** @throws where there are none */
async function findPublished(stage: Stage, cpv: string, action: string[] = []): Promise<string[]> {
  const [category = '', pf = ''] = cpv.split('/');
  const argv = [join(stage.published, category), '-name', `${pf}-*.gpkg.tar`, '-print', ...action];
  const { stdout } = await execa('find', argv);
  if (stdout === '') throw new Error(`expected published files of ${cpv}, found none`);
  return stdout.split('\n');
}

const TAR_BLOCK = 512;

function middleOfImage(gpkg: Buffer): number {
  const name = gpkg.indexOf('/image.tar');
  if (name < 0) throw new Error('expected a gpkg with an image, found none');
  const header = Math.floor(name / TAR_BLOCK) * TAR_BLOCK;
  const size = Number.parseInt(gpkg.toString('latin1', header + 124, header + 135), 8);
  return header + TAR_BLOCK + Math.floor(size / 2);
}
