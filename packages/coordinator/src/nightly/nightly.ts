import type { Clock } from '@binhost/shared/time';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import { CHANNELS } from '../db/channels.ts';
import type { OpenDatabase } from '../db/open-database.ts';
import type { Logger } from '../log.ts';
import { type Chore, sequelOf } from '../queue/chore-state.ts';
import { requestChore, takeEndedChores } from '../queue/chore-store.ts';
import type { Schedule } from './schedule.ts';

/**
 * The nightly work, serve's half: asks for a sync when it is due, for the sources of what waits after it, and the nodes to
 * look after that. Chores are done by a builder (chore-runner.ts), since serve may not write to the binhost's repositories.
 * Faults of the database are logged and tried again at the next look.
 */
export interface NightlyParts {
  open: Pick<OpenDatabase, 'db' | 'listen'>;
  config: CoordinatorConfig;
  clock: Clock;
  log: Logger;
  schedule: Schedule | undefined;
  /** The tree may have changed, and sources are there: demand is made anew and nodes look. */
  onSynced: () => Promise<void>;
  /** There is a new signing key: the nodes are told. */
  onRotated: () => Promise<void>;
}

export async function runNightly(parts: NightlyParts, signal: AbortSignal): Promise<void> {
  const { open, clock } = parts;
  const log = parts.log.child({ step: 'nightly' });
  await open.listen(CHANNELS.chores, () => void followChores(parts, log));
  let dueMs = parts.schedule?.nextMs(clock.nowMs());
  while (!signal.aborted) {
    await followChores(parts, log);
    if (dueMs !== undefined && clock.nowMs() >= dueMs) {
      await requestChore(open.db, 'sync', 'the schedule').catch((err: unknown) =>
        log.error({ err }, 'sync not asked for'),
      );
      dueMs = parts.schedule?.nextMs(clock.nowMs());
    }
    // Never further than the poll: the wall clock may be set meanwhile.
    const untilDueMs = dueMs === undefined ? Number.POSITIVE_INFINITY : Math.max(0, dueMs - clock.nowMs());
    await clock.sleep(Math.min(parts.config.plan.interval, untilDueMs), signal);
  }
}

async function followChores(parts: NightlyParts, log: Logger): Promise<void> {
  try {
    for (const chore of await takeEndedChores(parts.open.db)) await followChore(chore, { ...parts, log });
  } catch (err) {
    log.error({ err }, 'ended chores not followed');
  }
}

async function followChore(chore: Chore, { open, onSynced, onRotated, log }: NightlyParts): Promise<void> {
  const { id, kind, state, result } = chore;
  log[state === 'failed' ? 'warn' : 'info']({ chore: id, kind, result }, `chore ${state}`);
  switch (sequelOf(chore)) {
    case 'fetch-ahead':
      await requestChore(open.db, 'fetch', `chore ${id}`);
      return;
    case 'look-again':
      await onSynced();
      return;
    case 'tell-keys':
      return onRotated();
    case 'nothing':
      return;
  }
}
