import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AuditedRequest, auditEntry } from '../../src/access/audit-entry.ts';
import { LOCAL_ADMIN, LOCAL_VIEW } from '../../src/access/roles.ts';
import { ruleOf } from '../../src/access/route-rules.ts';

const request = (changed: Partial<AuditedRequest>): AuditedRequest => ({
  caller: LOCAL_ADMIN,
  rule: ruleOf('POST', '/api/builds/:id/hold'),
  route: 'POST /api/builds/:id/hold',
  address: 'local',
  values: { id: '12', reason: 'later' },
  status: 200,
  code: undefined,
  ...changed,
});

test('a deed is kept with who, what and how it ended', () => {
  expect(auditEntry(request({}))).toEqual({
    kind: 'deed',
    who: 'local-admin',
    address: 'local',
    deed: 'hold a build',
    about: 'id="12" reason="later"',
    result: 'done',
  });
});

test('a refusal is kept as one, with its code', () => {
  const refused = auditEntry(request({ caller: LOCAL_VIEW, status: 403, code: 'ROLE_TOO_SMALL' }));
  expect(refused).toMatchObject({ kind: 'refused', who: 'local-view', result: 'ROLE_TOO_SMALL' });
});

test('reading is not kept, and a stranger only at the doors made for strangers', () => {
  expect(auditEntry(request({ rule: ruleOf('GET', '/api/status') }))).toBeUndefined();
  expect(auditEntry(request({ caller: undefined, status: 401 }))).toBeUndefined();
  const login = ruleOf('POST', '/api/login');
  expect(auditEntry(request({ caller: undefined, rule: login, status: 401, code: 'NOT_ALLOWED' }))).toMatchObject({
    kind: 'refused',
    who: 'nobody',
  });
});

test('only what the rule names is kept: a token in a body never', () => {
  const values = { token: 'bho_secret', role: 'admin', name: 'anna' };
  const entry = auditEntry(request({ rule: ruleOf('POST', '/api/operator-tokens'), values }));
  expect(entry?.about).toBe('name="anna" role="admin"');
});

test('whatever is given as a value stays one bounded line without invisible characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (reason) => {
      const about = auditEntry(request({ values: { id: '1', reason } }))?.about ?? '';
      return !/\p{C}|[\u2028\u2029]/u.test(about) && about.length < 4000;
    }),
  );
});
