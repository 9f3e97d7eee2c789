/** Everything that is read of a host before anything is decided. */
import { openEbuilds, readRepositories } from './ebuilds.mjs';
import { openHost } from './host.mjs';
import { readInstalled, readWorld } from './installed.mjs';
import { readPackageConfig } from './package-config.mjs';
import { readSettings, words } from './settings.mjs';

/** @param {Record<string, string | undefined>} env */
export function readSystem(env) {
  const host = openHost(env);
  const settings = readSettings(host);
  const repositories = readRepositories(host);
  return {
    host,
    settings,
    repositories,
    config: readPackageConfig(host, settings),
    ebuilds: openEbuilds(repositories, words(settings.values.IUSE_IMPLICIT)),
    installed: readInstalled(host),
    world: readWorld(host),
  };
}
