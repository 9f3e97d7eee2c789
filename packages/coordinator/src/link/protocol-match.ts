import { OLDEST_PROTOCOL_VERSION, PROTOCOL_VERSION } from '@binhost/shared/protocol';

/**
 * Whether an agent of this protocol version can be served.
 *
 * @returns undefined where it can; otherwise the sentence that its owner sees, with what to do
 */
export function protocolMismatch(agentVersion: number): string | undefined {
  if (agentVersion < OLDEST_PROTOCOL_VERSION) {
    return `expected an agent of protocol ${OLDEST_PROTOCOL_VERSION} or newer, got ${agentVersion}: update binhost-agent on this node`;
  }
  if (agentVersion > PROTOCOL_VERSION) {
    return `expected an agent of protocol ${PROTOCOL_VERSION} or older, got ${agentVersion}: update binhost-coordinator on the binhost first`;
  }
  return undefined;
}
