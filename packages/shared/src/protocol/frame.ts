import { z } from 'zod';
import { codeValue, textValue } from './portage-values.ts';

/**
 * The envelope. A text frame is JSON; a binary frame is the same JSON, gzipped (large reports).
 *
 * `message`: numbered per connection and direction, acknowledged after the receiver has committed it.
 * `ack`: the sender of that number may forget it.
 * `loose`: a message that the next one replaces (snapshots); not numbered, not acknowledged, never sent again.
 * `error`: the other side could not use what it got; says what was expected.
 */
export const frame = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('message'), sequence: z.number().int().min(1), message: z.unknown() }),
  z.object({ kind: z.literal('ack'), sequence: z.number().int().min(1) }),
  z.object({ kind: z.literal('loose'), message: z.unknown() }),
  z.object({
    kind: z.literal('error'),
    code: codeValue,
    message: textValue(2000),
    /** The frame that it is about; null: the connection as a whole. */
    sequence: z.number().int().min(1).nullable(),
    /** True: do not reconnect with the same hello. */
    final: z.boolean(),
  }),
]);
export type Frame = z.infer<typeof frame>;
