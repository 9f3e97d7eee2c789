import { Readable } from 'node:stream';
import type { Clock } from '@binhost/shared/time';
import { coordinatorError } from '../coordinator-errors.ts';
import type { Database } from '../db/database.ts';
import { type Chore, choreLog } from '../queue/chore-state.ts';
import { loadChore, requestChore } from '../queue/chore-store.ts';
import { choreView } from '../status/chore-view.ts';
import type { ChoreView } from '../status/view-types.ts';
import { followFile } from './follow-file.ts';

/** Chores as people ask for them and watch them. */
export interface ChoreActions {
  sync(): Promise<ChoreView>;
  /** Asks a publisher for the key that signs next. */
  rotateKey(): Promise<ChoreView>;
  chore(id: number): Promise<ChoreView>;
  /** Its log as text, to its end. */
  choreLog(id: number, signal: AbortSignal): Promise<Readable>;
}

export interface ChoreParts {
  db: Database;
  clock: Clock;
  /** Log file below the log directory → its path. */
  logFile: (logPath: string) => string;
}

export function makeChoreActions({ db, clock, logFile }: ChoreParts): ChoreActions {
  return {
    sync: async () => choreView(await requestChore(db, 'sync', 'the operator')),
    rotateKey: async () => choreView(await requestChore(db, 'rotate-key', 'the operator')),
    chore: async (id) => choreView(await choreOf(db, id)),
    choreLog: async (id, signal) => {
      await choreOf(db, id);
      const isWritten = async (): Promise<boolean> => !hasEnded(await choreOf(db, id));
      return Readable.from(followFile({ path: logFile(choreLog(id)), isWritten, clock, signal }));
    },
  };
}

function hasEnded({ state }: Chore): boolean {
  return state === 'done' || state === 'failed';
}

async function choreOf(db: Database, id: number): Promise<Chore> {
  const chore = await loadChore(db, id);
  if (chore) return chore;
  throw coordinatorError('NOT_FOUND', `expected a known chore, got '${id}'`, {
    hint: 'binhost-coordinator status shows the newest.',
  });
}
