import { z } from 'zod';

/** More than all keys of a pool take up, whoever signed them. */
const ARMORED_CHARACTERS = 100_000;
const ARMORED = /^-----BEGIN PGP PUBLIC KEY BLOCK-----\n[\x20-\x7e\r\n]*$/;

/** The public halves of a pool's signing keys. Sent in welcome and, after a rotation, by a message of its own. Since 0.1. */
export const signingKeyFacts = z.object({
  /** Those that may have signed what is published, and the one that signs next: a node trusts these. */
  fingerprints: z
    .array(
      z
        .string()
        .max(64)
        .regex(/^[0-9A-F]{40,64}$/),
    )
    .min(1)
    .max(20),
  /** All of them, as gpg exports them. A key in it that is not named above is not taken. */
  armored: z.string().max(ARMORED_CHARACTERS).regex(ARMORED),
});
export type SigningKeyFacts = z.infer<typeof signingKeyFacts>;

/** There is a new signing key. An agent that does not know this message learns it at its next welcome. */
export const signingKeys = signingKeyFacts.extend({ type: z.literal('signing-keys') });
export type SigningKeys = z.infer<typeof signingKeys>;
