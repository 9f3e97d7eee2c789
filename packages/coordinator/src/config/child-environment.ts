/**
 * The environment that programs of the machine are started with: ours, without what may hold a secret. Our own settings
 * (BINHOST_…) and those of PostgreSQL name passwords, and no other program has use for them.
 */
export function childEnvironment(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !OURS.test(name)));
}

const OURS = /^(?:BINHOST_|DATABASE_URL$|PG[A-Z]+$)/;
