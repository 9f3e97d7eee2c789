import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pinOf } from '@binhost/shared/trust';
import { agentError } from '../agent-errors.ts';
import type { ServerTrust } from './server-trust.ts';

/** Where a join stores the coordinator's CA. */
export const CA_FILE = 'ca.pem';

/**
 * The CA that this node verifies its coordinator by, read anew for every connection, so that a join needs no restart.
 *
 * @param configured `coordinator.ca`; empty: ca.pem of the state directory where it is there, else the system's trust store
 * @throws CA_UNUSABLE where it is named or there, but is no certificate that can be read: never the system's instead
 */
export function readCoordinatorCa({ configured, state }: { configured: string; state: string }): ServerTrust {
  const file = configured || join(state, CA_FILE);
  try {
    const pem = readFileSync(file, 'utf8');
    pinOf(pem);
    return { kind: 'ca', pem, file };
  } catch (cause) {
    if (configured === '' && (cause as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'system' };
    throw agentError('CA_UNUSABLE', `${file}: expected the coordinator's CA in PEM: ${(cause as Error).message}`, {
      hint: 'Join again with a new token, or correct coordinator.ca.',
      cause,
    });
  }
}
