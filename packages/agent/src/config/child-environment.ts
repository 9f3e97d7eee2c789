/**
 * The environment that programs of the node are started with: the agent's, without its own settings (BINHOST_AGENT_…), which
 * may hold a secret and which no other program has use for.
 */
export function childEnvironment(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('BINHOST_AGENT_')));
}
