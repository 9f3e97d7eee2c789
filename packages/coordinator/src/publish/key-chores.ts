import { hostname } from 'node:os';
import { errorSentence } from '@binhost/shared/errors';
import { type Clock, formatDuration } from '@binhost/shared/time';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import { CHANNELS } from '../db/channels.ts';
import type { OpenDatabase } from '../db/open-database.ts';
import type { Logger } from '../log.ts';
import { claimChore, endChore } from '../queue/chore-store.ts';
import { gpgOf } from './run-gpg.ts';
import { rotateSigningKey } from './signing-key.ts';

/**
 * Rotations of the signing keys, asked for through the queue: only a publisher can read the keys, and serve, which faces the
 * network, can do no more than ask. Nothing ends this loop but the signal; a rotation that fails has failed and says why.
 */
export interface KeyChoreParts {
  open: Pick<OpenDatabase, 'db' | 'listen'>;
  config: CoordinatorConfig;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
  /** There is a new key: every pool that this publisher holds puts it beside its index. */
  onRotated: () => Promise<void>;
}

export async function runKeyChores(parts: KeyChoreParts): Promise<void> {
  const { open, config, clock, log, signal } = parts;
  let bell = new AbortController();
  await open.listen(CHANNELS.chores, () => bell.abort());
  while (!signal.aborted) {
    const heard = bell;
    const chore = await claimChore(open.db, hostname(), ['rotate-key']).catch((err: unknown) => {
      log.warn({ err }, 'chores could not be read');
      return undefined;
    });
    if (chore) {
      const end = await rotate(parts).catch((err: unknown) => ({
        state: 'failed' as const,
        result: errorSentence(err),
      }));
      log[end.state === 'failed' ? 'error' : 'info']({ chore: chore.id, result: end.result }, `chore ${end.state}`);
      await endChore(open.db, chore.id, end).catch((err: unknown) => log.error({ err }, 'chore not ended'));
      continue;
    }
    await clock.sleep(config.publish.poll, AbortSignal.any([signal, heard.signal]));
    bell = heard.signal.aborted ? new AbortController() : bell;
  }
}

async function rotate({
  config,
  clock,
  onRotated,
}: KeyChoreParts): Promise<{ state: 'done' | 'failed'; result: string }> {
  const own = Object.entries(config.pools).filter(([, { signingKey }]) => signingKey !== '');
  if (own.length === Object.keys(config.pools).length) {
    const names = own.map(([pool]) => `pools.${pool}.signingKey`).join(', ');
    return { state: 'failed', result: `the keys are named by ${names}: make a new one there, and name it instead` };
  }
  const { from, to } = await rotateSigningKey(gpgOf(config), clock.nowMs());
  await onRotated();
  const begins = config.publish.keyLead > 0 ? `after ${formatDuration(config.publish.keyLead)}` : 'at once';
  const trusted = from ? `, vouched for by ${from.fingerprint}, which stays` : '';
  return { state: 'done', result: `new signing key ${to.fingerprint}${trusted}; it signs ${begins}` };
}
