import type { Policy } from '../queue/decide-policy.ts';
import type { PolicyView } from './view-types.ts';

/** Policies as people see them: a node by its name, or by its id where it is forgotten. Pure. */
export function policyViews(
  policies: readonly (Policy & { createdAt: Date })[],
  nodes: readonly { id: string; name: string }[],
): PolicyView[] {
  return policies.map(({ id, kind, scope, verdict, stage, reason, createdAt }) => ({
    id,
    kind,
    name: kind === 'node' ? (nodes.find((node) => node.id === scope)?.name ?? scope) : scope,
    verdict,
    stage,
    reason,
    createdAtMs: createdAt.getTime(),
  }));
}
