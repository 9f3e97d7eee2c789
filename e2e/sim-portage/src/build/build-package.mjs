/**
 * Builds one ebuild: prints its phases, takes its compile seconds, makes the gpkg where asked.
 * May fail as the package's behaviour says, with the lines of the real Portage. A killed build leaves a zero-byte gpkg.
 */
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeGpkg } from '../binaries/gpkg.mjs';
import { fillFile, reserveFile } from '../binaries/package-directory.mjs';
import { packageBehaviour } from '../host/host.mjs';
import { fetchFailureText } from './fetch-sources.mjs';
import { packageImage, packageMetadata } from './package-metadata.mjs';

/** @returns {Promise<{ metadata: Record<string, string>, image: { path: string, text: string }[] } | undefined>} undefined: it failed */
export async function buildPackage(task) {
  const { system, options, pkg, output, place } = task;
  const behaviour = packageBehaviour(system.host, pkg.cpv);
  const work = `${system.settings.path('PORTAGE_TMPDIR')}/portage/${pkg.cpv}`;
  output.out(`\n>>> Verifying ebuild manifests\n\n>>> Emerging ${place}\n`);
  if (behaviour.fault === 'fetch') {
    output.out(`${fetchFailureText(pkg)}${failedText(pkg, work)}`);
    return undefined;
  }
  const reserved = options.buildpkg ? reserveFile(system.settings.path('PKGDIR'), pkg) : undefined;
  output.out(unpackText(work));
  await sleep(behaviour.seconds * 1000);
  if (behaviour.fault === 'compile') {
    if (reserved) rmSync(reserved.file);
    const said = compileFailureText({ pkg, work, text: behaviour.faultText });
    output.out(`${said}${failedText(pkg, work)}${messagesText(pkg, said)}`);
    return undefined;
  }
  output.out(installText(pkg, work));
  return finish(task, reserved);
}

async function finish({ system, pkg, enabled, output }, reserved) {
  const now = new Date();
  const buildTime = Math.floor(now.getTime() / 1000);
  const metadata = packageMetadata({ system, pkg, enabled, buildId: reserved?.buildId, buildTime });
  const image = packageImage({ system, pkg, enabled });
  if (reserved) {
    output.out('>>> Creating binpkg\n');
    fillFile(reserved.file, await makeGpkg({ name: `${pkg.pf}-${reserved.buildId}`, metadata, image, mtime: now }));
    output.out('>>> Done.\n');
  }
  return { metadata, image };
}

const unpackText = (work) => `>>> Unpacking source...
>>> Source unpacked in ${work}/work
>>> Preparing source in ${work}/work ...
>>> Source prepared.
>>> Configuring source in ${work}/work ...
>>> Source configured.
>>> Compiling source in ${work}/work ...
`;

const installText = (pkg, work) => `>>> Source compiled.
>>> Test phase [not enabled]: ${pkg.cpv}

>>> Install ${pkg.cpv} into ${work}/image
>>> Completed installing ${pkg.cpv} into ${work}/image

 * Final size of build directory: 20 KiB
 * Final size of installed tree:  16 KiB

`;

const compileFailureText = ({ pkg, work, text }) => ` * ERROR: ${pkg.cpv}::${pkg.repository} failed (compile phase):
 *   ${text}
 * 
 * Call stack:
 *     ebuild.sh, line 143:  Called src_compile
 *   environment, line 200:  Called die
 * The specific snippet of code:
 *       die ${text};
 * 
 * If you need support, post the output of \`emerge --info '=${pkg.cpv}::${pkg.repository}'\`,
 * the complete build log and the output of \`emerge -pqv '=${pkg.cpv}::${pkg.repository}'\`.
 * The complete build log is located at '${work}/temp/build.log'.
 * The ebuild environment file is located at '${work}/temp/environment'.
 * Working directory: '${work}/work'
 * S: '${work}/work'
`;

const failedText = (pkg, work) => `
>>> Failed to emerge ${pkg.cpv}, Log file:

>>>  '${work}/temp/build.log'
`;

const messagesText = (pkg, said) => `
 * Messages for package ${pkg.cpv}:

${said.replaceAll(' * \n', '')}`;
