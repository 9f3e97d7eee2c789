/** `emerge --fetchonly` of an ebuild: its sources are always there, unless its behaviour says that they can't be had. */
import { packageBehaviour } from '../host/host.mjs';

/** @returns {boolean} */
export function fetchSources({ system, pkg, output, place }) {
  output.out(`\n>>> Fetching ${place}\n`);
  const behaviour = packageBehaviour(system.host, pkg.cpv);
  if (behaviour.fault !== 'fetch') return true;
  output.out(fetchFailureText(pkg));
  output.out(`\n>>> Failed to emerge ${pkg.cpv}\n`);
  return false;
}

export function fetchFailureText(pkg) {
  const file = `${pkg.pf}.tar.gz`;
  const uri = `http://127.0.0.1:9/${file}`;
  return `>>> Downloading '${uri}'
Connecting to 127.0.0.1:9... failed: Connection refused.
!!! Couldn't download '${file}'. Aborting.\n`;
}
