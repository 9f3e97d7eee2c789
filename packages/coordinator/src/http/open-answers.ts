import type { Clock } from '@binhost/shared/time';
import type { FastifyInstance } from 'fastify';
import type { Operators } from '../access/operators.ts';
import type { Caller } from '../access/roles.ts';
import type { Logger } from '../log.ts';

interface OpenAnswer {
  caller: Caller;
  end: () => void;
}

/** Ends answers that are still being sent (a log that is followed) when who asked for them would not be let in any more. */
export function watchOpenAnswers(
  app: FastifyInstance,
  { operators, recheckMs, clock, log }: { operators: Operators; recheckMs: number; clock: Clock; log: Logger },
): void {
  const open = new Set<OpenAnswer>();
  const stop = new AbortController();
  app.addHook('onSend', async (request, reply, payload) => {
    const { caller } = request;
    if (caller?.tokenId === undefined || !isStream(payload)) return payload;
    const answer = { caller, end: () => reply.raw.destroy() };
    open.add(answer);
    reply.raw.once('close', () => open.delete(answer));
    return payload;
  });
  app.addHook('onReady', async () => {
    void recheckAll(open, { operators, recheckMs, clock, log, signal: stop.signal });
  });
  app.addHook('onClose', async () => stop.abort());
}

interface Recheck {
  operators: Operators;
  recheckMs: number;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

async function recheckAll(open: Set<OpenAnswer>, { operators, recheckMs, clock, log, signal }: Recheck): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(recheckMs, signal);
    for (const { caller, end } of open) {
      try {
        if (!(await operators.isStillIn(caller))) end();
      } catch (err) {
        // Without the database nobody can be asked; the next round does.
        log.debug({ err }, 'open answers not rechecked');
      }
    }
  }
}

function isStream(payload: unknown): boolean {
  return typeof payload === 'object' && payload !== null && 'pipe' in payload;
}
