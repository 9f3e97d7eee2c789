import { z } from 'zod';
import { indexFacts } from './welcome.ts';

/**
 * The index of the node's pool as it is now, whoever it was published for. Sent after welcome and on every change, loose: so no
 * index that somebody plays back or makes up over plain HTTP can pass for a newer one.
 */
export const indexPublished = z.object({
  type: z.literal('index-published'),
  index: indexFacts,
});
export type IndexPublished = z.infer<typeof indexPublished>;
