import { cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostPortage } from './host-portage.ts';
import type { PortageHost } from './run-on-host.ts';
import { addEbuilds, writeMetadataCache, writeRepository } from './write-repository.ts';

/** @param directory a checkout of Portage, on the root file system */
export function realPortage(directory: string): HostPortage {
  return {
    label: 'real',
    env: { PORTAGE_DIR: directory, PYTHONPATH: `${directory}/lib` },
    programs: { scanelf: 'pax-utils', gpg: 'gnupg', wget: 'wget', gcc: 'gcc', python3: 'python3', zstd: 'zstd' },
    // the checkout's programs have no interpreter line that fits every machine
    command: (program) => (program === 'gpg' ? ['gpg'] : ['python3', `${directory}/bin/${program}`]),
    prepareRoot: (host) => useCheckoutDefaults(directory, host),
    writeRepository: async (host, name, ebuilds, hasCache) => {
      const directory = join(host.root, 'var/db/repos');
      await writeRepository(directory, name, ebuilds);
      if (hasCache) await writeMetadataCache(join(directory, name), ebuilds);
    },
    addEbuilds: (host, name, ebuilds) => addEbuilds(join(host.root, 'var/db/repos'), name, ebuilds),
    syncCommand: ['python3', `${directory}/bin/emaint`, 'sync', '-a'],
  };
}

/** Portage run from a checkout reads its defaults there; the host's overlay takes what is changed. */
async function useCheckoutDefaults(directory: string, { root }: PortageHost): Promise<void> {
  const defaults = join(root, directory, 'cnf');
  await rm(join(defaults, 'binrepos.conf'), { force: true });
  await writeFile(
    join(defaults, 'repos.conf'),
    '[DEFAULT]\nmain-repo = main\n[main]\nlocation = /var/db/repos/main\nauto-sync = no\n',
  );
  await cp(defaults, join(root, 'usr/share/portage/config'), { recursive: true });
}
