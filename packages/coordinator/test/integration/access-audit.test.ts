import { waitFor } from '@binhost/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditView } from '../../src/access/audit-store.ts';
import { addAuditEntry, loadAuditEntries, pruneAuditEntries } from '../../src/access/audit-store.ts';
import { auditLog } from '../../src/access/operator-tables.ts';
import { askHttp } from './ask-http.ts';
import { askAs, askWith, logIn, makeOperator } from './make-operator.ts';
import { startCoordinator, type TestCoordinator } from './start-coordinator.ts';

/** Who did what, through every door. */
let coordinator: TestCoordinator;
let anna: string;
const socket = (name: 'view' | 'admin') => `${coordinator.config.paths.run}/${name}.sock`;

beforeAll(async () => {
  coordinator = await startCoordinator();
  anna = await makeOperator(coordinator, 'anna', 'operator');
});
afterAll(() => coordinator.stop());

/** Rows, oldest first, of one deed. */
async function entriesOf(deed: string): Promise<AuditView[]> {
  const { body } = await askHttp<AuditView[]>(socket('admin'), { path: '/api/audit?limit=1000' });
  return body.filter((entry) => entry.deed === deed).reverse();
}

const policy = (name: string) => ({
  path: '/api/policies',
  body: { kind: 'package', name, verdict: 'hold', stage: 'build', reason: 'a look first' },
});

describe('the audit log', () => {
  test('says who did a deed, through which door, to what, from where and how it ended', async () => {
    const session = await logIn(coordinator, anna);
    await askHttp(socket('admin'), policy('dev-libs/a'));
    await askHttp(socket('view'), policy('dev-libs/b'));
    await askWith(coordinator, anna, policy('dev-libs/c'));
    await askAs(coordinator, session, policy('dev-libs/d'));
    expect(await entriesOf('set a policy')).toMatchObject([
      {
        kind: 'deed',
        who: 'local-admin',
        address: 'local',
        result: 'done',
        about: expect.stringContaining('"dev-libs/a"'),
      },
      { kind: 'refused', who: 'local-view', address: 'local', result: 'ROLE_TOO_SMALL' },
      {
        kind: 'deed',
        who: 'token anna',
        address: '127.0.0.1',
        result: 'done',
        about: expect.stringContaining('-libs/c"'),
      },
      { kind: 'deed', who: 'session anna', address: '127.0.0.1', result: 'done' },
    ]);
  });

  test('has the deed before it is answered', async () => {
    await askWith(coordinator, anna, { path: '/api/builds/4711/cancel', method: 'POST' });
    expect(await entriesOf('cancel a build')).toMatchObject([{ about: 'id=4711', result: 'NOT_FOUND' }]);
  });

  test('has logins, failed ones too, and logouts', async () => {
    await askHttp(coordinator.control, { path: '/api/login', body: { token: 'guess' } });
    const session = await logIn(coordinator, anna);
    await askAs(coordinator, session, { path: '/api/logout', method: 'POST' });
    expect((await entriesOf('log in')).slice(-2)).toMatchObject([
      { kind: 'refused', who: 'nobody', result: 'NOT_ALLOWED' },
      { kind: 'access', who: 'session anna', result: 'done' },
    ]);
    expect(await entriesOf('log out')).toMatchObject([{ who: 'session anna', result: 'done' }]);
  });

  test('has what somebody known asked for beyond his role, reading too', async () => {
    await askWith(coordinator, anna, { path: '/api/audit' });
    await askHttp(coordinator.control, { path: '/api/status', headers: { Authorization: 'Bearer of the nodes' } });
    expect(await entriesOf('GET /api/audit')).toMatchObject([{ who: 'token anna', result: 'ROLE_TOO_SMALL' }]);
  });

  test('has neither reading nor strangers: nobody unknown can fill it by asking', async () => {
    const count = async () => (await coordinator.open.db.select().from(auditLog)).length;
    const before = await count();
    await askWith(coordinator, anna, { path: '/api/status' });
    await askHttp(coordinator.control, { path: '/api/sync', method: 'POST' });
    await askHttp(coordinator.control, { path: '/api/none', method: 'POST' });
    expect(await count()).toBe(before);
  });

  test('shows a forged line (a line separator, an escape sequence, a look-alike direction) as what it is', async () => {
    const reason = 'ok\u2028local-admin\u202e\u200b';
    await askHttp(socket('admin'), { path: '/api/builds/4712/retry', body: { reason } });
    await askHttp(socket('admin'), { path: '/api/builds/4713/retry', body: { reason: 'a\nb\u001b[2J' } });
    const abouts = (await entriesOf('retry a build')).map(({ about }) => about);
    expect(abouts).toEqual(['id=4712 reason="ok\\u2028local-admin\\u202e\\u200b"', 'id=4713 reason="a\\nb\\u001b[2J"']);
  });

  test('has no secret: neither what was shown at a login nor a token that was made', async () => {
    const made = await makeOperator(coordinator, 'carl', 'viewer');
    const session = await logIn(coordinator, made);
    await askHttp(coordinator.control, { path: '/api/login', body: { token: 'bho_wrong-but-secret' } });
    const kept = JSON.stringify([await coordinator.open.db.select().from(auditLog), coordinator.log.lines]);
    for (const secret of [made, anna, session.cookie.split('=')[1], session.csrfToken, 'bho_wrong-but-secret']) {
      expect(kept).not.toContain(secret);
    }
  });
});

test('refusals never push a deed out of the log, and each kind keeps its newest', async () => {
  const { db } = coordinator.open;
  await db.delete(auditLog);
  const entry = { who: 'token eve', address: '::1', about: '', result: 'done' } as const;
  await addAuditEntry(db, { ...entry, kind: 'deed', deed: 'kept' }, 1);
  for (let n = 0; n < 20; n++) await addAuditEntry(db, { ...entry, kind: 'refused', deed: `refused ${n}` }, 2);
  await pruneAuditEntries(db, 'refused', 3);
  await pruneAuditEntries(db, 'deed', 3);
  expect((await loadAuditEntries(db, 100)).map(({ deed }) => deed)).toEqual([
    'refused 19',
    'refused 18',
    'refused 17',
    'kept',
  ]);
});

test('a running coordinator prunes the log by itself', async () => {
  const bounded = await startCoordinator({}, { access: { auditDeeds: 2 } });
  for (let n = 1; n < 8; n++) await askHttp(`${bounded.config.paths.run}/admin.sock`, policy(`dev-libs/p${n}`));
  await bounded.restart();
  await waitFor(async () => (await loadAuditEntries(bounded.open.db, 100)).length === 2, {
    what: 'the log to be pruned',
  });
  expect((await loadAuditEntries(bounded.open.db, 1))[0]?.about).toContain('dev-libs/p7');
  await bounded.stop();
});
