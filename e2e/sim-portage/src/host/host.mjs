/**
 * The host that a simulated program acts on: a directory with Portage's real layout, named by SIM_PORTAGE_HOST.
 * Comes in: the environment. Goes out: paths on this machine, never outside that directory unless the environment says so.
 */
import { existsSync, lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** @param {Record<string, string | undefined>} env */
export function openHost(env) {
  const root = env.SIM_PORTAGE_HOST;
  if (!root || !existsSync(join(root, 'etc/portage'))) {
    throw new Error(
      `simulated Portage: expected SIM_PORTAGE_HOST to name a host directory with etc/portage, got '${root ?? ''}'; ` +
        'e2e/sim-portage/make-host.ts makes one',
    );
  }
  const host = resolve(root);
  const configRoot = env.PORTAGE_CONFIGROOT ? resolve(env.PORTAGE_CONFIGROOT) : host;
  const inside = (path) => (path === host || path.startsWith(`${host}/`) ? path : join(host, path));
  return {
    root: host,
    env,
    configDir: join(configRoot, 'etc/portage'),
    /** A path as the host's own files name it → where it is on this machine. */
    inside,
    installedDir: join(host, 'var/db/pkg'),
    worldFile: join(host, 'var/lib/portage/world'),
    behaviourDir: join(host, 'sim'),
    profileDir: profileDirectory(join(configRoot, 'etc/portage'), inside),
    profileName: (dir) => dir.split('/profiles/')[1] ?? dir,
  };
}

function profileDirectory(configDir, inside) {
  const link = join(configDir, 'make.profile');
  const stats = lstatSync(link, { throwIfNoEntry: false });
  if (!stats) return undefined;
  if (!stats.isSymbolicLink()) return link;
  const target = readlinkSync(link);
  if (!target.startsWith('/')) return resolve(dirname(link), target);
  return inside(target);
}

/**
 * What a package does beyond its ebuild: `sim/CAT/PF.json` of the host.
 * @returns {{ seconds: number, fault?: 'compile' | 'fetch', faultText: string, downloadKiB: number, libraries: string[],
 *   finds: string[] }}
 */
export function packageBehaviour(host, cpv) {
  const file = join(host.behaviourDir, `${cpv}.json`);
  const own = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  return { seconds: 0, faultText: 'this package never compiles', downloadKiB: 0, libraries: [], finds: [], ...own };
}
