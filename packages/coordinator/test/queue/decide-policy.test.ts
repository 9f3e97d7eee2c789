import { describe, expect, it } from 'vitest';
import { decidePolicy, type Policy, type PolicySubject } from '../../src/queue/decide-policy.ts';

const subject: PolicySubject = {
  cpv: 'dev-libs/libfoo-1.0',
  repository: 'gentoo',
  pool: 'default',
  nodes: ['n1'],
  stage: 'build',
};
let made = 0;
const policy = (overrides: Partial<Policy>): Policy => ({
  id: ++made,
  kind: 'pool',
  scope: 'default',
  verdict: 'ask',
  stage: 'build',
  reason: '',
  ...overrides,
});
const verdictOf = (policies: Policy[], overrides: Partial<PolicySubject> = {}) =>
  decidePolicy(policies, { ...subject, ...overrides }).verdict;

describe('decidePolicy', () => {
  it('lets everything go on where no policy fits', () => {
    expect(decidePolicy([], subject)).toEqual({ verdict: 'auto', reason: '' });
    expect(verdictOf([policy({ scope: 'other' }), policy({ stage: 'publish' })])).toBe('auto');
    expect(verdictOf([policy({ kind: 'repository', scope: 'guru' })])).toBe('auto');
    expect(verdictOf([policy({ kind: 'package', scope: 'dev-libs/lib' })])).toBe('auto');
    expect(verdictOf([policy({ kind: 'package', scope: 'dev-lib/*' })])).toBe('auto');
  });

  it('follows the nearest: package, category, node, repository, pool', () => {
    const all = [
      policy({ kind: 'pool', scope: 'default', verdict: 'ask' }),
      policy({ kind: 'repository', scope: 'gentoo', verdict: 'hold' }),
      policy({ kind: 'node', scope: 'n1', verdict: 'deny' }),
      policy({ kind: 'package', scope: 'dev-libs/*', verdict: 'ask' }),
      policy({ kind: 'package', scope: 'dev-libs/libfoo', verdict: 'auto' }),
    ];
    const verdicts = all.map((_, count) => verdictOf(all.slice(0, count + 1)));
    expect(verdicts).toEqual(['ask', 'hold', 'deny', 'ask', 'auto']);
  });

  it('takes the mildest verdict where several nodes want the package', () => {
    const policies = [policy({ kind: 'node', scope: 'n1', verdict: 'deny' })];
    expect(verdictOf(policies, { nodes: ['n1'] })).toBe('deny');
    expect(verdictOf(policies, { nodes: ['n1', 'n2'] })).toBe('auto');
    expect(verdictOf([...policies, policy({ verdict: 'hold' })], { nodes: ['n1', 'n2'] })).toBe('hold');
  });

  it('does not bind an operator by what is decided for nodes', () => {
    expect(verdictOf([policy({ kind: 'node', scope: 'n1', verdict: 'deny' })], { nodes: [] })).toBe('auto');
    expect(verdictOf([policy({})], { nodes: [] })).toBe('ask');
  });

  it('says which policy it was and why', () => {
    const one = policy({ id: 7, kind: 'repository', scope: 'gentoo', verdict: 'deny', reason: 'no room' });
    expect(decidePolicy([one], subject).reason).toBe('denied before building by policy 7 (repository gentoo): no room');
  });
});
