import { z } from 'zod';

/** The agent has stored everything up to this event; the coordinator moves the node's cursor. */
export const eventSeen = z.object({
  type: z.literal('event-seen'),
  event: z.number().int().min(1),
});
export type EventSeen = z.infer<typeof eventSeen>;
