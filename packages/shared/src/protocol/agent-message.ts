import { z } from 'zod';
import { eventSeen } from './event-seen.ts';
import { hello } from './hello.ts';
import { inventory } from './inventory.ts';
import { proofs } from './proofs.ts';
import { report } from './report.ts';

/** All that an agent may say. */
export const agentMessage = z.discriminatedUnion('type', [hello, inventory, report, proofs, eventSeen]);
export type AgentMessage = z.infer<typeof agentMessage>;
