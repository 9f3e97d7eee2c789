import { waitFor } from '@binhost/testkit';
import type { EbuildOf } from './fleet.ts';
import { changePublished, removePublished } from './published-files.ts';
import type { BinhostProcess, BuildView, ProgramRun, Stage } from './stage.ts';

/** One thing that a person or the world does to a fleet that runs. Machines are `binhost` or a node's name. */
export type Happening =
  /** The machine's programs of ours end: the three of the binhost, or a node's agent. */
  | { stop: string }
  | { start: string }
  /** One of the binhost's processes ends and starts again while the others go on; only on hosts, see `buildRoots`. */
  | { restart: BinhostProcess }
  /** The repository on one machine gains these ebuilds; then what runs after `emerge --sync` there runs. */
  | { sync: string; ebuilds: EbuildOf[]; repository?: string }
  /** The repository `main` on one machine gains these ebuilds, and nothing of ours is told. */
  | { appearOn: string; ebuilds: EbuildOf[] }
  /** A node's world file gains these packages, and its agent looks. */
  | { want: string[]; on: string }
  /** A person asks a node's agent for a look, which ends so; nothing more is said of it. */
  | { look: string; ends: 'complete' | 'incomplete' | 'failed' }
  /** A person runs emerge with these arguments; it must exit 0. */
  | { emerge: string[]; on: string }
  /** A person runs emerge: it must exit with this status, print each of these texts, and install nothing. */
  | { tryEmerge: string[]; on: string; exits: number; saying: string[] }
  /** `emerge -guDN world`; it must exit 0. */
  | { update: string }
  /** Files below /etc/portage: path → text. */
  | { configure: string; files: Record<string, string> }
  /** `binhost-coordinator …` on the binhost; it must exit 0. */
  | { coordinator: string[] }
  /** What a person does with the newest build of a package. */
  | { deed: 'approve' | 'cancel' | 'retry'; cpv: string }
  /** Several things at the same time. */
  | { together: Happening[] }
  /** `binhost-agent …`; it must exit 0. */
  | { agent: string[]; on: string }
  /** The node's binrepos.conf gains the entry of our binhost. */
  | { nameBinhost: string }
  /** The source of an ebuild of `main` appears at its address. */
  | { serveSource: string }
  /** The files of a published package vanish from the published directory, behind the publisher's back. */
  | { removePublished: string }
  /** Bytes of a published package change in place, behind the publisher's back. */
  | { changePublished: string };

/** @throws with the whole output where a program fails */
export async function happen(stage: Stage, happening: Happening): Promise<void> {
  if ('stop' in happening) return stage.stop(happening.stop);
  if ('start' in happening) return stage.start(happening.start);
  if ('restart' in happening) return stage.restart(happening.restart);
  if ('look' in happening) return look(stage, happening);
  if ('together' in happening) {
    await Promise.all(happening.together.map((each) => happen(stage, each)));
    return;
  }
  if ('sync' in happening) return sync(stage, happening);
  if ('appearOn' in happening) return stage.addEbuilds(happening.appearOn, 'main', happening.ebuilds);
  if ('want' in happening) return want(stage, happening);
  if ('emerge' in happening) return must(stage.run(happening.on, 'emerge', happening.emerge));
  if ('tryEmerge' in happening) return tryEmerge(stage, happening);
  if ('update' in happening) return must(updateWorld(stage, happening.update));
  if ('configure' in happening) return stage.configure(happening.configure, happening.files);
  if ('coordinator' in happening) return must(stage.run('binhost', 'binhost-coordinator', happening.coordinator));
  if ('deed' in happening) return must(deed(stage, happening));
  if ('agent' in happening) return must(stage.run(happening.on, 'binhost-agent', happening.agent));
  if ('nameBinhost' in happening) return stage.nameBinhost(happening.nameBinhost);
  if ('serveSource' in happening) return stage.serveSource(happening.serveSource);
  if ('changePublished' in happening) return changePublished(stage, happening.changePublished);
  return removePublished(stage, happening.removePublished);
}

/** What a person runs to bring a node up to date. */
export function updateWorld(stage: Stage, node: string): Promise<ProgramRun> {
  return stage.run(node, 'emerge', [
    '--color=n',
    '--nospinner',
    '--ignore-default-opts',
    '-guDN',
    '--verbose',
    'world',
  ]);
}

async function sync(
  stage: Stage,
  { sync: machine, ebuilds, repository = 'main' }: Extract<Happening, { sync: string }>,
) {
  await stage.addEbuilds(machine, repository, ebuilds);
  await must(
    machine === 'binhost'
      ? stage.run('binhost', 'binhost-coordinator', ['sync'])
      : stage.run(machine, 'binhost-agent', ['report']),
  );
}

async function want(stage: Stage, { want: packages, on }: Extract<Happening, { want: string[] }>): Promise<void> {
  await stage.addToWorld(on, packages);
  await must(stage.run(on, 'binhost-agent', ['report']));
}

async function tryEmerge(stage: Stage, happening: Extract<Happening, { tryEmerge: string[] }>): Promise<void> {
  const { tryEmerge: args, on, exits, saying } = happening;
  const before = await stage.installed(on);
  const { command, output, exitCode } = await stage.run(on, 'emerge', ['--color=n', '--nospinner', ...args]);
  if (exitCode !== exits) throw new Error(`expected ${command} to exit with ${exits}, got ${exitCode}:\n${output}`);
  for (const text of saying) {
    if (!output.includes(text)) throw new Error(`expected ${command} to say '${text}', got:\n${output}`);
  }
  const after = await stage.installed(on);
  if (JSON.stringify(after) !== JSON.stringify(before)) throw new Error(`${command} installed something:\n${output}`);
}

async function look(stage: Stage, { look: node, ends }: Extract<Happening, { look: string }>): Promise<void> {
  const before = (await lastLook(stage, node))?.number ?? 0;
  await must(stage.run(node, 'binhost-agent', ['report']));
  const what = `${node} to end a look`;
  const ended = await waitFor(
    async () => {
      const last = await lastLook(stage, node);
      return last && last.number > before ? last : undefined;
    },
    { timeoutMs: 180_000, everyMs: 500, what },
  );
  if (ended.outcome !== ends) throw new Error(`expected the look of ${node} to be ${ends}, got ${ended.outcome}`);
}

async function lastLook(stage: Stage, node: string): Promise<{ number: number; outcome: string } | null> {
  const { stdout } = await stage.run(node, 'binhost-agent', ['status', '--json']);
  return (JSON.parse(stdout) as { lastLook: { number: number; outcome: string } | null }).lastLook;
}

async function deed(stage: Stage, { deed: name, cpv }: Extract<Happening, { deed: string }>): Promise<ProgramRun> {
  const newest = newestBuild(await stage.builds(), cpv);
  if (!newest) throw new Error(`expected a build of ${cpv} to ${name}, found none`);
  return stage.run('binhost', 'binhost-coordinator', [name, String(newest.id)]);
}

export function newestBuild(builds: BuildView[], cpv: string): BuildView | undefined {
  return builds.filter((build) => build.cpv === cpv).sort((a, b) => b.id - a.id)[0];
}

async function must(running: Promise<ProgramRun>): Promise<void> {
  const { command, output, exitCode } = await running;
  if (exitCode !== 0) throw new Error(`${command} exited with ${exitCode}:\n${output}`);
}
