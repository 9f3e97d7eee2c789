import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTestDatabase, type TestDatabase } from './test-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await makeTestDatabase();
});
afterAll(() => database.drop());

describe('openDatabase', () => {
  it('reads the tables', async () => {
    const rows = await database.open.db.execute(sql`select count(*)::int as n from builds`);
    expect(rows[0]).toEqual({ n: 0 });
  });
});
