import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ebuildDescription } from '../scenarios/ebuild-description.ts';
import { addEbuilds, writeRepository } from '../sim-portage/make-repository.ts';
import type { HostPortage } from './host-portage.ts';
import { PROGRAM_DIRECTORY } from './portage-hosts.ts';

/** The simulated Portage acting on a host's whole root, and so on every build root made of it. */
export const simulatedPortage: HostPortage = {
  label: 'simulated',
  env: {},
  programs: {},
  command: (program) => ['node', join(PROGRAM_DIRECTORY, 'e2e/sim-portage/bin', program), '--simulated-host=/'],
  prepareRoot: async ({ root }) => {
    const file = join(root, 'etc/portage/repos.conf/main.conf');
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, '[DEFAULT]\nmain-repo = main\n[main]\nlocation = /var/db/repos/main\nauto-sync = no\n');
  },
  writeRepository: ({ root }, name, ebuilds) =>
    writeRepository(root, { name, ebuilds: ebuilds.map(ebuildDescription) }, name === 'main' ? '' : 'main'),
  addEbuilds: ({ root }, name, ebuilds) => addEbuilds(root, name, ebuilds.map(ebuildDescription)),
  syncCommand: ['true'],
};
