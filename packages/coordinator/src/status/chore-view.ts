import type { Chore } from '../queue/chore-state.ts';
import type { ChoreView } from './view-types.ts';

/** Pure. */
export function choreView({ id, kind, state, askedBy, builder, result, ...times }: Chore): ChoreView {
  return {
    id,
    kind,
    state,
    askedBy,
    builder,
    result,
    askedAtMs: times.askedAt.getTime(),
    startedAtMs: times.startedAt?.getTime() ?? null,
    endedAtMs: times.endedAt?.getTime() ?? null,
  };
}
