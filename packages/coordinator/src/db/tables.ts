/** All tables, for migrations and for the tests' clean-up; each has one owner, the step that it lives in. */
export * from '../access/identity-tables.ts';
export * from '../access/join-token-tables.ts';
export * from '../access/operator-tables.ts';
export * from '../demand/demand-tables.ts';
export * from '../ingest/report-tables.ts';
export * from '../notify/event-tables.ts';
export * from '../publish/published-tables.ts';
export * from '../queue/build-tables.ts';
export * from '../queue/chore-tables.ts';
