import { z } from 'zod';
import { textValue } from './portage-values.ts';

/** The coordinator asks for a look. The agent gathers such asks; it never runs two looks at once. */
export const collectNow = z.object({
  type: z.literal('collect-now'),
  /** Shown in the agent's status and log. */
  reason: textValue(500),
});
export type CollectNow = z.infer<typeof collectNow>;
