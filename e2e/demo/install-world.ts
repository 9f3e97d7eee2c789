import type { SimulatedHost } from '../sim-portage/make-host.ts';
import { runSimulated } from '../support/run-simulated.ts';

export interface InstalledWorld {
  /** Packages taken as binaries, and packages that had to be compiled. */
  binaries: number;
  compiled: number;
}

/**
 * What the node's owner does at last: `emerge -guDN world`, with Portage's own check of size, digests and signatures.
 *
 * @throws with emerge's last words where it does not end well
 */
export async function installWorld(host: SimulatedHost): Promise<InstalledWorld> {
  const { stdout, stderr, exitCode } = await runSimulated(host, 'emerge', [
    '--color=n',
    '--nospinner',
    '-guDN',
    'world',
  ]);
  if (exitCode !== 0)
    throw new Error(`emerge -guDN world ended with ${exitCode}: ${(stdout + stderr).trimEnd().slice(-1500)}`);
  return {
    binaries: stdout.match(/^>>> Emerging binary /gm)?.length ?? 0,
    compiled: stdout.match(/^>>> Emerging \(/gm)?.length ?? 0,
  };
}
