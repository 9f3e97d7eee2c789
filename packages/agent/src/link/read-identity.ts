import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentError } from '../agent-errors.ts';

/** The private half of this node's identity: PKCS #8 in PEM, made by a join, 0600. */
export const IDENTITY_FILE = 'identity.pem';

/**
 * Read anew for every connection, so that a join needs no restart.
 *
 * @returns undefined where this node has not joined @throws STATE_UNUSABLE
 */
export function readLinkIdentity(state: string): string | undefined {
  const file = join(state, IDENTITY_FILE);
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw agentError('STATE_UNUSABLE', `${file}: expected to read the identity: ${(cause as Error).message}`, {
      hint: 'Let the user that runs the agent read it.',
      cause,
    });
  }
}
