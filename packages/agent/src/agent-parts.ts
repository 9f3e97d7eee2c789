import type { Clock } from '@binhost/shared/time';
import type { AgentConfig } from './config/agent-config.ts';
import type { HookEvent } from './hooks/hook-event.ts';
import type { Logger } from './log.ts';
import { openProvenMemory, type ProvenMemory } from './prove/proven-memory.ts';
import { openPublishedMemory, type PublishedMemory } from './prove/published-memory.ts';
import { openReportOutbox, type ReportOutbox } from './report/report-outbox.ts';
import type { ShownFacts } from './status/agent-status.ts';

/** What an agent needs from its process. */
export interface AgentParts {
  config: AgentConfig;
  version: string;
  clock: Clock;
  /** A number in [0, 1). */
  random: () => number;
  log: Logger;
  /** Ends the agent. */
  signal: AbortSignal;
}

/** What the agent keeps on disk. */
export interface AgentMemory {
  outbox: ReportOutbox;
  published: PublishedMemory;
  proven: ProvenMemory;
}

/** @throws STATE_UNUSABLE */
export function openMemory(stateDirectory: string): AgentMemory {
  return {
    outbox: openReportOutbox(stateDirectory),
    published: openPublishedMemory(stateDirectory),
    proven: openProvenMemory(stateDirectory),
  };
}

/** What the parts of a running agent share. */
export interface AgentWorld extends AgentParts {
  memory: AgentMemory;
  shown: ShownFacts;
  fire: (event: Omit<HookEvent, 'atMs'>) => void;
}

export function logOf({ log }: AgentParts, step: string): Logger {
  return log.child({ step });
}
