// The frame

// What an agent may say
export type { AgentMessage } from './agent-message.ts';
// What a coordinator may say
export type { Challenge } from './challenge.ts';
export type { CollectNow } from './collect-now.ts';
export type { CoordinatorMessage } from './coordinator-message.ts';
export { decodeAgentMessage, decodeCoordinatorMessage, decodeFrame } from './decode.ts';
export { encodeFrame, GZIP_FROM_CHARACTERS } from './encode.ts';
export type { EventSeen } from './event-seen.ts';
export type { Frame } from './frame.ts';
export type { Hello } from './hello.ts';
export type { IndexPublished } from './index-published.ts';
export type { InstalledPackage, Inventory } from './inventory.ts';
// What a node asks before it is one
export {
  type JoinAnswer,
  type JoinRequest,
  joinAnswer,
  joinRequest,
  type LeaveRequest,
  leaveRequest,
  leaveText,
} from './join.ts';
export type { MergeEntryOnWire } from './merge-entry.ts';
export { type NodeFacts, UNKNOWN_FACTS } from './node-facts.ts';
export type { PackagesPublished, PublishedPackageOnWire } from './packages-published.ts';
// Values that both sides check
export { nodeNameValue, poolValue } from './portage-values.ts';
export { PROOF_OUTCOMES, type ProofOutcome, type Proofs } from './proofs.ts';
export { OLDEST_PROTOCOL_VERSION, PROTOCOL_VERSION } from './protocol-version.ts';
export type { Report } from './report.ts';
export type { SigningKeyFacts, SigningKeys } from './signing-keys.ts';
export type { IndexFacts, Welcome } from './welcome.ts';
export { BUILD_STATES, type BuildState, WISH_STATES, type Wishes, type WishState, type WishView } from './wishes.ts';
