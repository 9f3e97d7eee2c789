import { BinhostError } from '@binhost/shared/errors';
import type { BuildState } from '@binhost/shared/protocol';
import { coordinatorError } from '../coordinator-errors.ts';
import type { Database } from '../db/database.ts';
import type { BuildRequest, RequestedBuild } from '../demand/request-build.ts';
import { BUILD_TRANSITIONS, type BuildEvent } from '../queue/build-state.ts';
import type { PolicyKind, PolicyStage, PolicyVerdict } from '../queue/decide-policy.ts';
import { approveBuild, cancelBuild, holdBuild, retryBuild } from '../queue/operator-store.ts';
import { loadPolicies, removePolicy, setPolicy } from '../queue/policy-store.ts';
import { policyViews } from '../status/policy-view.ts';
import { loadNodes } from '../status/status-store.ts';
import { buildView } from '../status/status-view.ts';
import type { BuildView, PolicyView } from '../status/view-types.ts';
import { buildOfNumber, knownPackage, nodeOfName } from './named-rows.ts';

/** What a person asks of builds, packages and policies. Each answers with what stands afterwards. */
export interface OperatorActions {
  cancel(buildId: number, why?: string): Promise<BuildView>;
  /** The build that will be tried: another one than was asked for where that was cancelled. */
  retry(buildId: number, why?: string): Promise<BuildView>;
  hold(buildId: number, why?: string): Promise<BuildView>;
  approve(buildId: number, why?: string): Promise<BuildView>;
  /** Holds all builds of a package from now on, by a policy. */
  holdPackage(atom: string, why?: string): Promise<PolicyView>;
  setPolicy(policy: PolicyRequest): Promise<PolicyView>;
  removePolicy(policyId: number): Promise<PolicyView>;
  request(request: BuildRequest): Promise<RequestedBuild>;
}

export interface PolicyRequest {
  kind: PolicyKind;
  /** The package, repository or pool; a node's name. */
  name: string;
  verdict: PolicyVerdict;
  stage: PolicyStage;
  reason: string;
}

export interface OperatorParts {
  db: Database;
  requestBuild: (request: BuildRequest) => Promise<RequestedBuild>;
  /** Builds were moved by hand: whoever plans should look. */
  onChange: () => void;
  /** Policies were changed: whoever judges demand by them should look. Resolves once that is done. */
  onPolicyChange: () => Promise<void>;
}

export function makeOperatorActions({ db, requestBuild, onChange, onPolicyChange }: OperatorParts): OperatorActions {
  const view = async (id: number): Promise<BuildView> => buildView(await buildOfNumber(db, id));
  /** Moves an existing build; what its state does not allow is answered with what would be. */
  const move = async (event: BuildEvent, buildId: number, deed: () => Promise<unknown>): Promise<BuildView> => {
    await buildOfNumber(db, buildId);
    await deed().catch((error: unknown) => {
      throw isIllegal(error) ? notNow(event, error) : error;
    });
    onChange();
    return view(buildId);
  };
  const setAndShow = async (policy: PolicyRequest): Promise<PolicyView> => {
    const scope = policy.kind === 'node' ? (await nodeOfName(db, policy.name)).id : policy.name;
    const { kind, verdict, stage, reason } = policy;
    const { policyId } = await setPolicy(db, { kind, scope, verdict, stage, reason });
    await onPolicyChange();
    onChange();
    return policyOf(db, policyId);
  };
  return {
    cancel: (buildId, why) =>
      move('cancel', buildId, () => cancelBuild(db, { buildId, reason: byOperator('cancelled', why) })),
    retry: async (buildId, why) => {
      let tried = buildId;
      await move('retry', buildId, async () => {
        tried = (await retryBuild(db, { buildId, reason: byOperator('tried again', why) })).buildId;
      });
      return view(tried);
    },
    hold: (buildId, why) => move('hold', buildId, () => holdBuild(db, { buildId, reason: byOperator('held', why) })),
    approve: (buildId, why) =>
      move('approve', buildId, () => approveBuild(db, { buildId, reason: byOperator('approved', why) })),
    holdPackage: async (text, why) => {
      const { cp } = await knownPackage(db, text);
      return setAndShow({ kind: 'package', name: cp, verdict: 'hold', stage: 'build', reason: why ?? '' });
    },
    setPolicy: setAndShow,
    removePolicy: async (policyId) => {
      const policy = await policyOf(db, policyId);
      await removePolicy(db, policyId);
      await onPolicyChange();
      onChange();
      return policy;
    },
    request: async (request) => {
      const requested = await requestBuild(request);
      onChange();
      return requested;
    },
  };
}

function byOperator(deed: string, why: string | undefined): string {
  return `${deed} by the operator${why ? `: ${why}` : ''}`;
}

function isIllegal(error: unknown): error is BinhostError {
  return error instanceof BinhostError && error.code === 'ILLEGAL_TRANSITION';
}

function notNow(event: BuildEvent, { message, detail }: BinhostError): BinhostError {
  const states = Object.entries(BUILD_TRANSITIONS).flatMap(([state, moves]) => (event in moves ? [state] : []));
  // A build that waits out its pause is tried at once, and a cancelled one comes again as a new build.
  const also: BuildState[] = event === 'retry' ? ['queued', 'cancelled'] : [];
  return coordinatorError('ILLEGAL_TRANSITION', message, {
    detail,
    hint: `It can be done while a build is ${[...states, ...also].join(', ')}.`,
  });
}

async function policyOf(db: Database, id: number): Promise<PolicyView> {
  const policies = await loadPolicyViews(db);
  const policy = policies.find((each) => each.id === id);
  if (policy) return policy;
  throw coordinatorError('NOT_FOUND', `expected a known policy, got '${id}'`, {
    hint: 'binhost-coordinator policy list lists them.',
  });
}

/** All policies, with the names of the nodes that they are about. */
export async function loadPolicyViews(db: Database): Promise<PolicyView[]> {
  const [policies, nodes] = await Promise.all([loadPolicies(db), loadNodes(db)]);
  return policyViews(policies, nodes);
}
