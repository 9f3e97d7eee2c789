import { byteSize, commandLine, durationMs, z } from '@binhost/shared/config';
import { isCoordinatorUrl } from './coordinator-url.ts';

/**
 * Every setting of the agent: name, type, default, one line of help. docs/config-agent.md is made from it.
 * In the environment: BINHOST_AGENT_ and the key in capitals, `look.timeLimit` → BINHOST_AGENT_LOOK_TIME_LIMIT.
 */
export const agentConfig = z.object({
  coordinator: z
    .object({
      url: z
        .string()
        .refine(
          (url) => url === '' || isCoordinatorUrl(url),
          'expected an address such as wss://binhost:8443 (ws:// only to this machine itself)',
        )
        .default('')
        .describe(
          'Where the coordinator listens for agents, such as wss://binhost:8443; empty: look and show, tell nobody',
        ),
      ca: z
        .string()
        .default('')
        .describe(
          "PEM file of the coordinator's own CA; empty: ca.pem below paths.state where it is there, else the system's trust store",
        ),
    })
    .prefault({}),
  node: z
    .object({ name: z.string().default('').describe("The node's name; empty: its host name in lower case") })
    .prefault({}),
  paths: z
    .object({
      state: z
        .string()
        .default('/var/lib/binhost-agent')
        .describe('Identity, the newest unacknowledged report, what was published, what was proven'),
      run: z.string().default('/run/binhost-agent').describe('status.sock, control.sock'),
    })
    .prefault({}),
  portage: z
    .object({
      emerge: commandLine(['emerge']).describe('The emerge command'),
      portageq: commandLine(['portageq']).describe('The portageq command'),
      gpg: commandLine(['gpg']).describe('The gpg command'),
      root: z.string().default('/').describe('Where etc/portage and var/db/pkg are, for a system that is not at /'),
      gnupgHome: z
        .string()
        .default('')
        .describe('The keyring by which Portage verifies packages; empty: etc/portage/gnupg below portage.root'),
    })
    .prefault({}),
  look: z
    .object({
      interval: durationMs('6h').describe('Pause between two looks that nobody asked for'),
      jitter: durationMs('30m').describe(
        'Up to this much is added to the pause, so that a fleet does not look at once',
      ),
      retryPause: durationMs('10m').describe(
        'Pause after a look while a binhost was unreachable or a package could not be fetched; half to one and a half of it',
      ),
      timeLimit: durationMs('30m').describe('A look that takes longer is ended'),
      watch: durationMs('1m').describe(
        'How often the repositories and the package database are looked at for a change, which leads to a look; 0s: never',
      ),
      settle: durationMs('1m').describe(
        'A change leads to a look when nothing changed for this long and no emerge runs',
      ),
      nice: z.number().int().min(0).max(19).default(10).describe('Niceness of every program that the agent starts'),
      maxOutput: byteSize('64MiB').describe('A look that prints more than this is ended'),
    })
    .prefault({}),
  notices: z
    .object({
      gather: durationMs('2m').describe('After a notice, one look when none came for this long'),
      longest: durationMs('15m').describe('A notice waits at most this long for its look'),
    })
    .prefault({}),
  link: z
    .object({
      firstPause: durationMs('1s').describe('Longest pause before the first reconnect; doubles with every failure'),
      longestPause: durationMs('60s').describe('Longest pause before any reconnect'),
      refusedPause: durationMs('15m').describe(
        'Pause before the next try where the coordinator does not take the identity of this node',
      ),
      connectLimit: durationMs('20s').describe('A connection that is not welcomed by then is dropped'),
      pingInterval: durationMs('25s').describe('Pause between pings; a connection silent for three of them is dropped'),
      maxFrame: byteSize('16MiB').describe('Largest frame taken, and the largest it may unpack to'),
    })
    .prefault({}),
  prove: z
    .object({
      mode: z
        .enum(['fetch', 'manifest', 'off'])
        .default('fetch')
        .describe(
          'fetch: published packages are fetched and their signatures verified; manifest: only their signed Manifest is read over the network; off: they never count as ready',
        ),
      maxSize: byteSize('2GiB').describe('Larger packages are not fetched to prove them'),
      minFree: byteSize('1GiB').describe('Nothing is fetched that would leave less room than this'),
      timeLimit: durationMs('30m').describe('A fetch that takes longer is ended'),
    })
    .prefault({}),
  hooks: z
    .object({
      directory: z
        .string()
        .default('/etc/binhost-agent/hooks.d')
        .describe('Executables that are run for every event, see docs/hooks.md'),
      timeLimit: durationMs('30s').describe('A hook that takes longer is ended, with all that it started'),
    })
    .prefault({}),
  log: z.object({ level: z.enum(['debug', 'info', 'warn', 'error']).default('info') }).prefault({}),
});

export type AgentConfig = Readonly<z.output<typeof agentConfig>>;
