/** The merge itself: files into the host's root, the entry into /var/db/pkg, the replaced version out of it. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readInstalled, recordInstalled } from '../host/installed.mjs';

/** @param {{ metadata: Record<string, string>, image: { path: string, bytes: Buffer }[] }} content */
export function mergePackage({ system, pkg, output, place }, { metadata, image }) {
  output.out(`\n>>> Installing ${place}\n`);
  for (const { path, bytes } of image) {
    if (path.split('/').includes('..'))
      throw new Error(`simulated Portage: ${pkg.cpv} wants to write outside the host: ${path}`);
    const file = join(system.host.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    chmodSync(file, 0o755);
  }
  const replaces = system.installed
    .filter((each) => each.cp === pkg.cp && each.slot === pkg.slot)
    .map((each) => each.cpv);
  const contents = image.map(({ path }) => `obj /${path} 0 ${metadata.BUILD_TIME}`).join('\n');
  const files = { ...metadata, COUNTER: String(system.installed.length + 1), CONTENTS: contents };
  recordInstalled(system.host, { cpv: pkg.cpv, files, replaces: replaces.filter((cpv) => cpv !== pkg.cpv) });
  // What is built next binds to what stands there now.
  system.installed.splice(0, system.installed.length, ...readInstalled(system.host));
  output.out(`\n>>> Completed ${place}\n`);
}
