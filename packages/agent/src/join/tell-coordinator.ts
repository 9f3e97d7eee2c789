import { createPrivateKey, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { leaveText } from '@binhost/shared/protocol';
import type { Clock } from '@binhost/shared/time';
import type { AgentConfig } from '../config/agent-config.ts';
import { post } from './call-coordinator.ts';
import { readIdentity } from './identity-file.ts';
import { CA_FILE } from './join.ts';
import type { JoinRecord } from './join-record.ts';

/** Signs off with the node's own key: from then on nobody comes in by it. @throws JOIN_FAILED, STATE_UNUSABLE */
export async function tellCoordinator(
  { address }: JoinRecord,
  { config, clock, signal }: { config: AgentConfig; clock: Clock; signal: AbortSignal },
): Promise<void> {
  const identity = readIdentity(config.paths.state);
  if (!identity) return;
  const ca = await readFile(join(config.paths.state, CA_FILE), 'utf8').catch(() => undefined);
  const { publicKey, privateKey } = identity;
  const sentAtMs = clock.nowMs();
  const signature = sign(null, Buffer.from(leaveText(publicKey, sentAtMs)), createPrivateKey(privateKey));
  const body = { publicKey, sentAtMs, signature: signature.toString('base64url') };
  await post({ address, ca, timeLimitMs: config.link.connectLimit, signal }, 'leave', body);
}
