import { parseCpv } from '@binhost/shared/portage';

/**
 * What people decided about builds in general, and what follows for one build. Pure: rows in, verdict out.
 */
export const POLICY_KINDS = ['package', 'node', 'repository', 'pool'] as const;
export type PolicyKind = (typeof POLICY_KINDS)[number];

/**
 * auto: goes on by itself, as without any policy. ask: waits until a person approves. hold: waits too, and is not meant to
 * be asked about; it goes on when the policy is lifted. deny: never.
 */
export const POLICY_VERDICTS = ['auto', 'ask', 'hold', 'deny'] as const;
export type PolicyVerdict = (typeof POLICY_VERDICTS)[number];

/** Before it is built, or before what was built is published. */
export const POLICY_STAGES = ['build', 'publish'] as const;
export type PolicyStage = (typeof POLICY_STAGES)[number];

export interface Policy {
  id: number;
  kind: PolicyKind;
  /** `category/name` or `category/*`; a repository; a pool; a node's id. */
  scope: string;
  verdict: PolicyVerdict;
  stage: PolicyStage;
  /** In the words of whoever decided; may be empty. */
  reason: string;
}

/** What a policy may look at. */
export interface PolicySubject {
  cpv: string;
  repository: string;
  pool: string;
  /** Ids of the nodes that want it; empty: an operator does. */
  nodes: readonly string[];
  stage: PolicyStage;
}

export interface PolicyDecision {
  verdict: PolicyVerdict;
  /** One sentence for a person, empty where the verdict is auto. */
  reason: string;
}

/**
 * Of the policies that fit, the nearest to the build decides: its package before its category, then the node, the
 * repository, the pool. Where several nodes want it, the mildest of their verdicts counts, since a policy for one node must not
 * keep a package from the others.
 */
export function decidePolicy(policies: readonly Policy[], subject: PolicySubject): PolicyDecision {
  const staged = policies.filter(({ stage }) => stage === subject.stage);
  const asked = subject.nodes.length === 0 ? [undefined] : subject.nodes;
  const deciding = asked.map((node) => nearest(staged, subject, node));
  const mildest = deciding.reduce((a, b) => (severity(b) < severity(a) ? b : a));
  if (!mildest || mildest.verdict === 'auto') return { verdict: 'auto', reason: '' };
  return { verdict: mildest.verdict, reason: sentence(mildest) };
}

function nearest(policies: readonly Policy[], subject: PolicySubject, node: string | undefined): Policy | undefined {
  const fitting = policies.filter((policy) => fits(policy, subject, node));
  return fitting.sort((a, b) => distance(a) - distance(b))[0];
}

function fits({ kind, scope }: Policy, subject: PolicySubject, node: string | undefined): boolean {
  switch (kind) {
    case 'package':
      return scope.endsWith('/*') ? subject.cpv.startsWith(scope.slice(0, -1)) : packageName(subject.cpv) === scope;
    case 'node':
      return scope === node;
    case 'repository':
      return scope === subject.repository;
    case 'pool':
      return scope === subject.pool;
  }
}

function packageName(cpv: string): string {
  return parseCpv(cpv)?.cp ?? cpv;
}

function distance({ kind, scope }: Policy): number {
  return POLICY_KINDS.indexOf(kind) + (scope.endsWith('/*') ? 0.5 : 0);
}

function severity(policy: Policy | undefined): number {
  return policy ? POLICY_VERDICTS.indexOf(policy.verdict) : 0;
}

const WORDS: Record<PolicyVerdict, string> = {
  auto: '',
  ask: 'waits for approval',
  hold: 'held',
  deny: 'denied',
};
const BEFORE: Record<PolicyStage, string> = { build: 'before building', publish: 'before publishing' };

function sentence({ id, kind, scope, verdict, stage, reason }: Policy): string {
  const why = reason === '' ? '' : `: ${reason}`;
  return `${WORDS[verdict]} ${BEFORE[stage]} by policy ${id} (${kind} ${scope})${why}`;
}
