import { byteSize, commandLine, durationMs } from '@binhost/shared/config';
import { isControlAddress } from '@binhost/shared/join';
import { z } from 'zod';

/** Rows that are no demand unless `demand.allow` names the rule. */
export const DEFAULT_EXCLUSIONS = [
  'live',
  'kernel',
  'kernel-module',
  'already-binary',
  'bindist',
  'own-tests',
  'local-changes',
] as const;
export type DefaultExclusion = (typeof DEFAULT_EXCLUSIONS)[number];

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/**
 * Every setting of the coordinator's processes: name, type, default, one line of help. docs/config-coordinator.md is made from it.
 * In the environment: BINHOST_COORDINATOR_ and the key in capitals, `control.listen` → BINHOST_COORDINATOR_CONTROL_LISTEN.
 */
export const poolConfig = z.object({
  root: z.string().default('/').describe('The system that the pool builds on; a build never writes to it'),
  makeConf: z
    .string()
    .default('')
    .describe("Lines for the build root's make.conf; empty: CFLAGS, CHOST and such asked of the binhost's own Portage"),
  portage: z
    .string()
    .default('')
    .describe(
      'Directory with patches, env, package.env, bashrc, package.use, package.mask, package.accept_keywords for every build of the pool; empty: none',
    ),
  signingKey: z
    .string()
    .default('')
    .describe('Fingerprint of the key that signs the pool; empty: the publisher makes one at its first start'),
});

export const coordinatorConfig = z.object({
  paths: z
    .object({
      state: z
        .string()
        .default('/var/lib/binhost-coordinator')
        .describe('Database cluster (pg-MAJOR/), hand-over directory (staging/), identities'),
      packages: z
        .string()
        .default('/var/cache/binhost-coordinator/packages')
        .describe('Published directories, one per pool'),
      logs: z.string().default('/var/log/binhost-coordinator/builds').describe('One log file per attempt'),
      run: z.string().default('/run/binhost-coordinator').describe('view.sock, admin.sock'),
    })
    .prefault({}),
  packages: z
    .object({
      listen: z.string().default('0.0.0.0:8080').describe('Address of the packages listener: plain HTTP, read-only'),
      url: z
        .string()
        .default('')
        .describe(
          'How nodes reach it, without the pool, such as http://binhost:8080; empty: by the name of this machine',
        ),
    })
    .prefault({}),
  control: z
    .object({
      listen: z.string().default('127.0.0.1:8443').describe('Address of the control listener: agents and API'),
      url: z
        .string()
        .refine((url) => url === '' || isControlAddress(url), 'expected an address such as wss://binhost:8443')
        .default('')
        .describe(
          'How nodes reach it, such as wss://binhost:8443; empty: the host of packages.url, else the name of this machine',
        ),
      tls: z
        .enum(['auto', 'files', 'off'])
        .default('auto')
        .describe(
          'auto: a CA of our own, made at the first start below paths.state; files: control.cert and control.key; off: no TLS, only on a loopback address, for a proxy or a trial',
        ),
      cert: z.string().default('').describe('With tls = "files": PEM file of the certificate and what it hangs on'),
      key: z.string().default('').describe('With tls = "files": PEM file of its private key'),
      leafLife: durationMs('90d').describe(
        'With tls = "auto": how long a certificate is valid; it is renewed when a third of that is left',
      ),
      certificateCheck: durationMs('1h').describe(
        'Pause between two looks whether the certificate must be renewed, or its files have changed',
      ),
      pingInterval: durationMs('25s').describe('Pause between pings; a connection silent for three of them is closed'),
      maxFrame: byteSize('16MiB').describe('Largest frame taken, and the largest it may unpack to'),
      helloTimeout: durationMs('10s').describe('A connection that has not said hello by then is closed'),
      maxBuffered: byteSize('8MiB').describe('A connection with more than this unsent is closed'),
    })
    .prefault({}),
  limits: z
    .object({
      connectsPerMinute: z
        .number()
        .int()
        .min(1)
        .default(300)
        .describe('Connections of agents that one address may begin and not bring to a good hello'),
      connectsPerMinuteOfAll: z.number().int().min(1).default(3000).describe('The same of all addresses together'),
      greetingAgents: z
        .number()
        .int()
        .min(1)
        .default(200)
        .describe('Agents that may be without hello at a time; beyond it the oldest of the most crowded address goes'),
      waitingConnections: z
        .number()
        .int()
        .min(1)
        .default(1000)
        .describe('Connections of one listener that may be without a request at a time; beyond it the oldest goes'),
      requestsPerAddress: z
        .number()
        .int()
        .min(1)
        .default(100)
        .describe('Requests of one address that one listener answers at a time'),
      bytesPerMinute: byteSize('64MiB').describe(
        'What one agent may send in a minute, unpacked; what is more waits, and nobody else with it',
      ),
      framesPerMinute: z
        .number()
        .int()
        .min(1)
        .default(600)
        .describe('Frames that one agent may send in a minute; what is more waits'),
      reportsPerHour: z
        .number()
        .int()
        .min(1)
        .default(1200)
        .describe('Reports that one node may send in an hour; what is more is refused, with the reason shown there'),
      wishesPerNode: z
        .number()
        .int()
        .min(1)
        .default(3000)
        .describe(
          'Builds that may wait at a time because of one node; its other wishes wait their turn, with the reason',
        ),
      buildsPerDay: z
        .number()
        .int()
        .min(1)
        .default(3000)
        .describe('Builds that one node may cause in 24 hours; its other wishes wait, with the reason shown there'),
      logPerHour: byteSize('1MiB').describe(
        'Bytes of log that one address or node may cause in an hour by what is refused',
      ),
      headersTimeout: durationMs('10s').describe('A request whose headers take longer to arrive is refused'),
      joinsPerMinute: z
        .number()
        .int()
        .min(1)
        .default(30)
        .describe(
          'Joins and leaves that one address may ask for and be refused; those that come through are not counted',
        ),
      joinsPerMinuteOfAll: z.number().int().min(1).default(300).describe('The same of all addresses together'),
      loginsPerMinute: z
        .number()
        .int()
        .min(1)
        .default(10)
        .describe('Personal tokens that are none that one address may show; the right ones are not counted'),
      loginsPerMinuteOfAll: z.number().int().min(1).default(100).describe('The same of all addresses together'),
      stallTimeout: durationMs('1m').describe('A download that takes nothing for this long is ended'),
    })
    .prefault({}),
  join: z
    .object({
      tokenTime: durationMs('1d').describe('How long a join token may be used, where its --ttl says nothing else'),
    })
    .prefault({}),
  access: z
    .object({
      sessionIdle: durationMs('12h').describe('A session of the web page that asks nothing for this long ends'),
      sessionMax: durationMs('7d').describe('A session of the web page ends after this long in any case'),
      sessionRotate: durationMs('15m').describe('How often the value of a session cookie changes'),
      maxSessions: z.number().int().min(1).default(20).describe('Sessions of one personal token; the oldest end'),
      origins: z
        .array(z.string())
        .default([])
        .describe('Origins at which a proxy shows the web page, such as https://binhost.example; empty: only our own'),
      recheck: durationMs('1s').describe(
        'How often it is asked whether an answer that is still sent may still be read',
      ),
      auditDeeds: z.number().int().min(1).default(100_000).describe('Deeds that the audit log keeps'),
      auditAccess: z.number().int().min(1).default(10_000).describe('Logins and joins that the audit log keeps'),
      auditRefused: z.number().int().min(1).default(10_000).describe('Refusals that the audit log keeps'),
    })
    .prefault({}),
  client: z
    .object({
      url: z
        .string()
        .default('')
        .describe('Coordinator that the commands ask, such as https://binhost:8443; empty: the one on this machine'),
      tokenFile: z
        .string()
        .default('')
        .describe('File (mode 0600) with the personal token for client.url; or the variable BINHOST_COORDINATOR_TOKEN'),
      ca: z
        .string()
        .default('')
        .describe("File with the coordinator's CA as PEM; empty (and no client.pin): the system's list of CAs decides"),
      pin: z
        .string()
        .default('')
        .describe("Pin of the coordinator's CA in place of the file, as its log and join tokens name it: sha256:…"),
    })
    .prefault({}),
  postgres: z
    .object({
      url: z
        .string()
        .default('')
        .describe('A server of your own; empty (and no DATABASE_URL): a private cluster under paths.state'),
      bin: z.string().default('').describe('Directory with initdb and postgres; empty: looked for'),
      user: z
        .string()
        .default('')
        .describe(
          'System user that runs the private cluster when started as root; empty: binhost, else postgres, else nobody',
        ),
      startTimeout: durationMs('30s').describe('How long the private cluster may take to answer'),
    })
    .prefault({}),
  portage: z
    .object({
      emerge: commandLine(['emerge']).describe('The emerge command'),
      portageq: commandLine(['portageq']).describe('The portageq command'),
      gpkgSign: commandLine(['gpkg-sign']).describe('The gpkg-sign command'),
      gpg: commandLine(['gpg']).describe('The gpg command'),
      root: z
        .string()
        .default('/')
        .describe("Where the binhost's own /etc/portage and /var/db/pkg are, for a system that is not at /"),
    })
    .prefault({}),
  demand: z
    .object({
      exclude: z.array(z.string()).default([]).describe('Packages that are never built: category/name or category/*'),
      allow: z
        .array(z.enum(DEFAULT_EXCLUSIONS))
        .default([])
        .describe(
          `Exclusions that don't hold here, of ${DEFAULT_EXCLUSIONS.join(', ')}; such as bindist on a private binhost`,
        ),
      keepReports: z.number().int().min(1).default(20).describe('Reports kept per node'),
    })
    .prefault({}),
  plan: z.object({ interval: durationMs('30s').describe('Longest pause between two looks at the queue') }).prefault({}),
  build: z
    .object({
      mode: z
        .enum(['overlay', 'host'])
        .default('overlay')
        .describe('overlay: throw-away roots, needs root; host: only --buildpkgonly'),
      workDir: z
        .string()
        .default('/var/tmp/binhost-builder')
        .describe('Where build roots are made; needs room for a whole build'),
      jobs: z.number().int().min(1).max(64).default(1).describe('Builds at a time'),
      lease: durationMs('2m').describe('A build whose builder was silent for this long is given to another'),
      timeLimit: durationMs('8h').describe('A build that takes longer is ended'),
      silenceLimit: durationMs('2h').describe('A build that prints nothing for this long is ended'),
      retryPause: durationMs('1m').describe('Pause before an aborted build is tried again; doubles up to an hour'),
      maxAborts: z
        .number()
        .int()
        .min(1)
        .default(5)
        .describe('A build whose attempts aborted this often in a row fails with kind machinery'),
      fetchPause: durationMs('10m').describe(
        'Pause before sources that could not be fetched are tried again; doubles up to twelve hours',
      ),
      maxFetches: z
        .number()
        .int()
        .min(1)
        .default(6)
        .describe('A build whose sources could not be fetched this often in a row fails with kind fetch'),
      memoryMax: byteSize('0').describe(
        'Most memory that one build may take, where cgroups of version 2 can be written; 0: no limit',
      ),
      hide: z
        .array(z.string())
        .default([])
        .describe('Further files and directories of this machine that no build may see'),
      nice: z.number().int().min(0).max(19).default(10).describe('Niceness of builds'),
      logHead: byteSize('1MiB').describe('How much of the beginning of a long build log is kept'),
      logTail: byteSize('4MiB').describe('How much of the end of a long build log is kept'),
      pools: z.array(z.string()).default([]).describe('Pools that this builder serves; empty: all'),
    })
    .prefault({}),
  publish: z
    .object({
      gnupgHome: z
        .string()
        .default('')
        .describe('GnuPG home of the signing keys; empty: gnupg below paths.state, readable by the publisher alone'),
      poll: durationMs('30s').describe('Longest pause between two looks for finished builds'),
      maxPackage: byteSize('64GiB').describe('A package that is larger is refused when it is handed over'),
      keyLead: durationMs('1h').describe('How long a rotated signing key is told to the nodes before it signs'),
      keyWarning: durationMs('30d').describe('How long before it expires a signing key is warned of'),
      checkInterval: durationMs('10m').describe(
        'Pause between two looks whether all files that the index names are there; each publish looks too',
      ),
    })
    .prefault({}),
  sync: z
    .object({
      schedule: z
        .string()
        .default('')
        .describe(
          "When the binhost syncs its ebuild repositories, as a cron expression such as '17 3 * * *'; empty: only at the command sync",
        ),
      command: commandLine(['emaint', 'sync', '-a']).describe('What the builder runs to sync them'),
      timeLimit: durationMs('2h').describe('A sync, or the fetching of one build ahead, that takes longer is ended'),
    })
    .prefault({}),
  notify: z
    .object({
      gather: durationMs('1s').describe('Wishes that change within this time reach a node as one message'),
      keepEvents: z.number().int().min(1).default(1000).describe('Events kept per node behind its cursor'),
    })
    .prefault({}),
  log: z.object({ level: z.enum(LOG_LEVELS).default('info') }).prefault({}),
  pools: z.record(z.string(), poolConfig).default({}).describe('Settings by pool; the pool default always exists'),
});

export type CoordinatorConfig = Readonly<z.output<typeof coordinatorConfig>>;
export type PoolConfig = z.output<typeof poolConfig>;
