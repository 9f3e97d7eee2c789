import type { EbuildOf } from '../scenarios/fleet.ts';
import type { PortageHost } from './run-on-host.ts';

export type PortageProgram = 'emerge' | 'portageq' | 'gpkg-sign' | 'gpg';

/** Which Portage the hosts run: the real one from a checkout, or the simulated one. */
export interface HostPortage {
  label: string;
  /** Of every command on a host, on top of the plain ones. */
  env: Record<string, string>;
  /** What the programs need of the machine besides what hosts need: program → Debian's package. */
  programs: Record<string, string>;
  /** How a program is called on a host, and in a build root made of it. */
  command(program: PortageProgram): string[];
  /** Makes a host's root ready for it, before configuration and repositories are written. */
  prepareRoot(host: PortageHost): Promise<void>;
  /** Writes one ebuild repository to /var/db/repos of a host; `main` has the profile; `hasCache`: a metadata/md5-cache too. */
  writeRepository(host: PortageHost, name: string, ebuilds: EbuildOf[], hasCache: boolean): Promise<void>;
  /** The repository gains these ebuilds, as by a sync. */
  addEbuilds(host: PortageHost, name: string, ebuilds: EbuildOf[]): Promise<void>;
  /** What syncs the binhost's repositories; ours need no fetching. */
  syncCommand: string[];
}
