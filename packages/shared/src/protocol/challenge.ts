import { z } from 'zod';

/** The coordinator's first word on every connection, loose. The agent says hello only after it, and signs the nonce there. */
export const challenge = z.object({
  type: z.literal('challenge'),
  /** 32 random bytes in base64url, of this connection alone. */
  nonce: z
    .string()
    .length(43)
    .regex(/^[A-Za-z0-9_-]{43}$/, 'expected 32 bytes in base64url'),
});
export type Challenge = z.infer<typeof challenge>;
