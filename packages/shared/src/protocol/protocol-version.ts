/**
 * The version of everything in this folder: one integer, raised whenever an older reader could misunderstand a newer writer.
 * A new optional field or a new message type needs no bump: unknown fields are ignored, unknown types are answered with an error.
 *
 * 1 (2026-11-22) first version: hello, report, inventory, proofs, event-seen; welcome, collect-now, packages-published, index-published, wishes.
 *   Since the first release the coordinator speaks first (challenge), and hello may carry an identity.
 */
export const PROTOCOL_VERSION = 1;

/** The oldest version that this release still speaks. */
export const OLDEST_PROTOCOL_VERSION = 1;
