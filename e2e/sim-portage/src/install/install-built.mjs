/** Installs what was just compiled. */
import { mergePackage } from './merge-package.mjs';

/** @param {{ metadata: Record<string, string>, image: { path: string, text: string }[] }} built */
export async function installBuilt(task, built) {
  const image = built.image.map(({ path, text }) => ({ path, bytes: Buffer.from(text) }));
  mergePackage(task, { metadata: built.metadata, image });
}
