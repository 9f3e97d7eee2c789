/** Installs a gpkg: verifies it, then writes its files and its /var/db/pkg entry. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { openGpkg, readGpkgImage, readGpkgMetadata } from '../binaries/gpkg.mjs';
import { mergePackage } from './merge-package.mjs';
import { verifyGpkg } from './verify-gpkg.mjs';

/** @returns {Promise<boolean>} */
export async function installBinary(task, file) {
  const { system, pkg, output } = task;
  output.out('>>> Extracting info\n');
  const bytes = readFileSync(file);
  const opened = await openGpkg(bytes).catch((error) => ({ broken: error.message }));
  const wrong =
    'broken' in opened
      ? { summary: opened.broken, raw: [] }
      : verifyGpkg(opened.members, system.host, pkg.source.verify);
  if (wrong) {
    output.err(failureText(wrong, file));
    output.out(
      `\n>>> Failed to emerge ${pkg.cpv}, Log file:\n\n>>>  '${system.settings.path('PORTAGE_TMPDIR')}/portage/${pkg.cpv}/temp/build.log'\n`,
    );
    return false;
  }
  output.out(`>>> Extracting ${pkg.cpv}\n`);
  const metadata = await readGpkgMetadata(opened.members);
  const image = await readGpkgImage(opened.members);
  mergePackage(task, { metadata: { ...metadata, BINPKGMD5: createHash('md5').update(bytes).digest('hex') }, image });
  return true;
}

const failureText = ({ summary, raw }, file) => ` * Binary package is not usable (verification failed):
 *  Summary:
 * \t${summary}
 * 
 *  Raw GnuPG output:
${raw.map((line) => ` * \t${line}\n`).join('')}!!! Error extracting '${file}', GnuPG verification failed\n`;
