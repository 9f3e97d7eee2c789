/**
 * The map of who may import whom, each row with its reason. dependency-rules.test.ts holds every import of the code
 * against it, so a new edge is a decision made here, in view.
 */

/** Packages: who may import which workspace package. */
export const PACKAGE_EDGES: Record<string, { may: string[]; reason: string }> = {
  shared: { may: [], reason: 'text and values that both sides agree on; it depends on nobody' },
  agent: { may: ['shared'], reason: 'a node must not carry the coordinator' },
  coordinator: { may: ['shared'], reason: 'the coordinator knows agents by the protocol alone' },
  testkit: { may: ['shared'], reason: 'test values are made from the real types' },
  e2e: { may: ['shared', 'testkit'], reason: 'end-to-end tests start the built programs, they never reach inside' },
};

/** Tests may also import the testkit. */
export const TEST_PACKAGE = 'testkit';

/** Node's own modules would tie shared to a platform. Digests and signatures are values too: trust/ may use node:crypto. */
export const NO_NODE_MODULES = {
  packages: ['shared'],
  except: /^packages\/shared\/src\/trust\/[^/]+ → node:crypto$/,
  reason: 'shared is text and values: no files, no network, no processes',
};

/** The way of the data. A step may import types and pure functions of the steps before it, never of those after it. */
export const STEPS: Record<string, string[]> = {
  agent: ['collect', 'report', 'link', 'prove', 'hooks', 'status'],
  coordinator: ['link', 'ingest', 'access', 'demand', 'plan', 'queue', 'build', 'publish', 'notify', 'status'],
};

/** Rooms that every step may use: they are not on the way of the data. */
export const SUPPORT: Record<string, string[]> = {
  agent: [
    'config',
    'files',
    'programs',
    'keyring',
    'log.ts',
    'agent-errors.ts',
    'situations.ts',
    'situation-of-error.ts',
  ],
  coordinator: ['config', 'db', 'tree', 'tls', 'limits', 'log.ts', 'coordinator-errors.ts'],
};

/** Rooms at the edge: they may use every step, and no step may use them. */
export const EDGE: Record<string, string[]> = {
  // join: what a node needs before it has a coordinator.
  agent: ['cli', 'join', 'agent.ts', 'agent-keys.ts', 'agent-link.ts', 'agent-look.ts', 'agent-parts.ts', 'main.ts'],
  // nightly: chores of the machine around the data's way; serve asks for them through the queue, a builder does them.
  coordinator: [
    'http',
    'cli',
    'nightly',
    'run-together.ts',
    'coordinator.ts',
    'coordinator-doors.ts',
    'coordinator-flow.ts',
    'coordinator-join.ts',
    'builder-process.ts',
    'publisher-process.ts',
    'import-process.ts',
    'main.ts',
  ],
};

/** Files of another step that may not be imported even from a later step: its hands, as opposed to its head. */
export const HANDS = /(?:-store|-loop)\.ts$|(?:^|\/)(?:run|read)-[^/]*\.ts$/;

/** Steps whose hands may be used by others, and why. */
export const LENT_HANDS: { from: string; to: string; reason: string }[] = [
  { from: 'build', to: 'queue', reason: 'a builder is a process of its own, driven by claims and leases' },
  { from: 'publish', to: 'queue', reason: 'a publisher is a process of its own, driven by claims' },
];

/** One library, one place: file patterns below packages/PACKAGE/src that may import it. */
export const LIBRARY_PLACES: { library: RegExp; places: RegExp; reason: string }[] = [
  {
    library: /^(?:drizzle-orm|postgres)(?:\/|$)/,
    places: /(?:^|\/)db\/|-tables\.ts$|-store\.ts$/,
    reason: 'SQL stands in the store of the step that owns the table',
  },
  {
    library: /^execa$/,
    places: /(?:^|\/)(?:run|read)-[^/]*\.ts$/,
    reason: 'processes start in run-* and read-* files',
  },
  { library: /^ws$/, places: /(?:^|\/)link\//, reason: 'the wire is the step link' },
  { library: /^fastify/, places: /(?:^|\/)http\/|link\/agent-gateway\.ts$/, reason: 'HTTP is served in http/' },
  { library: /^@fastify\//, places: /(?:^|\/)http\//, reason: 'HTTP is served in http/' },
  { library: /^yargs(?:\/|$)/, places: /(?:^|\/)cli\//, reason: 'arguments are read in cli/' },
  { library: /^pino$/, places: /(?:^|\/)log\.ts$/, reason: 'everybody else takes a Logger' },
  { library: /^smol-toml$/, places: /(?:^|\/)config\//, reason: 'files are read by config/' },
  { library: /^croner$/, places: /(?:^|\/)nightly\//, reason: 'what is due at which time is the nightly work' },
  {
    library: /^(?:@peculiar\/x509|reflect-metadata)$/,
    places: /(?:^|\/)tls\//,
    reason: 'certificates are made in one place, docs/decisions/0003',
  },
  { library: /^zod$/, places: /(?:^|\/)(?:config|protocol|http)\//, reason: 'schemas stand at the edges' },
];

/** Words of the platform that only some files may say. */
export const WORD_PLACES: { word: RegExp; places: RegExp; reason: string }[] = [
  { word: /\bprocess\.env\b/, places: /(?:^|\/)config\/|(?:^|\/)main\.ts$/, reason: 'settings come from config/' },
  { word: /\bprocess\.exit\b/, places: /(?:^|\/)main\.ts$/, reason: 'only the process edge ends the process' },
  {
    word: /\b(?:setTimeout|setInterval)\(/,
    places: /time\/clock\.ts$/,
    reason: 'waiting goes through a Clock, so that tests can hold it',
  },
];
