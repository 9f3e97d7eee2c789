/**
 * LISTEN/NOTIFY channels. A notification is only a hint that saves the wait for the next poll: nothing depends on it.
 */
export const CHANNELS = {
  /** A build became claimable. */
  queued: 'binhost_queued',
  /** A build was handed over by a builder. */
  built: 'binhost_built',
  /** Packages were published, or a build changed its state. */
  changed: 'binhost_changed',
  /** A build's lease should be given up: its id is the payload. */
  cancel: 'binhost_cancel',
  /** A chore was asked for, or has ended. */
  chores: 'binhost_chores',
  /** A node's identity was revoked: its public key is the payload. */
  revoked: 'binhost_revoked',
} as const;
export type Channel = (typeof CHANNELS)[keyof typeof CHANNELS];
