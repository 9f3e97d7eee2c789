import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { HostPortage } from './host-portage.ts';

/** What hosts need of the machine: program → Debian's package. */
const PROGRAMS: Record<string, string> = { ip: 'iproute2', unshare: 'util-linux', useradd: 'passwd' };

/** What is missing for separate hosts with this Portage, each as one sentence with the way out; empty: everything is there. */
export function missingForHosts({ programs }: Pick<HostPortage, 'programs'>, path = searchPath()): string[] {
  if (process.getuid?.() !== 0) return ['needs root, for network namespaces and overlays'];
  const lacking = Object.entries({ ...PROGRAMS, ...programs }).filter(([program]) => !isOn(path, program));
  if (lacking.length > 0) {
    const packages = [...new Set(lacking.map(([, debian]) => debian))].join(' ');
    return [`needs ${lacking.map(([program]) => program).join(', ')}: apt-get install ${packages}`];
  }
  const refused = triedOverlay();
  return refused === undefined ? [] : [`needs network namespaces and overlays (CAP_SYS_ADMIN): ${refused}`];
}

/** @returns what is wrong with PORTAGE_DIR, as one sentence with the way out */
export function missingForCheckout(portage: string | undefined): string[] {
  if (!portage) return ['needs PORTAGE_DIR: a directory on the root file system with a checkout of Portage'];
  return existsSync(join(portage, 'bin', 'emerge')) ? [] : [`needs bin/emerge below PORTAGE_DIR=${portage}`];
}

/** A container may have root and still be refused mounts or namespaces: only trying tells. @returns why not */
function triedOverlay(): string | undefined {
  // a tmpfs, since an overlay can't hold the upper layer of another
  const memory = '/dev/shm';
  if (!existsSync(memory)) return `no ${memory}`;
  const layers = mkdtempSync(join(memory, 'binhost-probe-'));
  try {
    const [upper = '', work = '', merged = ''] = ['upper', 'work', 'merged'].map((name) => join(layers, name));
    for (const directory of [upper, work, merged]) mkdirSync(directory);
    const options = `lowerdir=/,upperdir=${upper},workdir=${work}`;
    const mount = ['mount', '-t', 'overlay', '-o', options, 'binhost-probe', merged];
    const tried = spawnSync('unshare', ['--mount', '--net', '--', ...mount], { encoding: 'utf8' });
    return tried.status === 0 ? undefined : (tried.stderr || String(tried.error?.message)).trim();
  } finally {
    rmSync(layers, { recursive: true, force: true });
  }
}

const searchPath = () => [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];

function isOn(path: readonly string[], program: string): boolean {
  return path.some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
