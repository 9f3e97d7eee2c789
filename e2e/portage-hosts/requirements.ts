import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian's packages by the program that they bring. */
const PROGRAMS: Record<string, string> = {
  ip: 'iproute2',
  unshare: 'util-linux',
  scanelf: 'pax-utils',
  gpg: 'gnupg',
  wget: 'wget',
  gcc: 'gcc',
  python3: 'python3',
  zstd: 'zstd',
};

/**
 * What is missing for hosts with the real Portage, each as one sentence with the way out; empty: everything is there.
 */
export function missingForPortageHosts(env: NodeJS.ProcessEnv = process.env): string[] {
  const missing: string[] = [];
  if (process.getuid?.() !== 0) missing.push('needs root, for network namespaces and overlays');
  const lacking = Object.entries(PROGRAMS).filter(([program]) => !onPath(program, env));
  if (lacking.length > 0) {
    const packages = [...new Set(lacking.map(([, debian]) => debian))].join(' ');
    missing.push(`needs ${lacking.map(([program]) => program).join(', ')}: apt-get install ${packages}`);
  }
  const portage = env.PORTAGE_DIR;
  if (!portage) missing.push('needs PORTAGE_DIR: a directory on the root file system with a checkout of Portage');
  else if (!existsSync(join(portage, 'bin', 'emerge'))) missing.push(`needs bin/emerge below PORTAGE_DIR=${portage}`);
  return missing;
}

function onPath(program: string, env: NodeJS.ProcessEnv): boolean {
  return `${env.PATH ?? ''}${delimiter}/usr/sbin${delimiter}/sbin`.split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
