import { join } from 'node:path';
import { execa } from 'execa';
import type { EbuildOf } from './fleet.ts';
import type { BuildView, ProgramRun, Stage } from './stage.ts';

/** One thing that a person or the world does to a fleet that runs. Machines are `binhost` or a node's name. */
export type Happening =
  /** The machine's programs of ours end: the three of the binhost, or a node's agent. */
  | { stop: string }
  | { start: string }
  /** The repository on one machine gains these ebuilds; then what runs after `emerge --sync` there runs. */
  | { sync: string; ebuilds: EbuildOf[]; repository?: string }
  /** A node's world file gains these packages, and its agent looks. */
  | { want: string[]; on: string }
  /** A person runs emerge with these arguments; it must exit 0. */
  | { emerge: string[]; on: string }
  /** `emerge -guDN world`; it must exit 0. */
  | { update: string }
  /** Files below /etc/portage: path → text. */
  | { configure: string; files: Record<string, string> }
  /** `binhost-coordinator …` on the binhost; it must exit 0. */
  | { coordinator: string[] }
  /** What a person does with the newest build of a package. */
  | { deed: 'approve' | 'cancel' | 'retry'; cpv: string }
  /** `binhost-agent …`; it must exit 0. */
  | { agent: string[]; on: string }
  /** The files of a published package vanish from the published directory, behind the publisher's back. */
  | { removePublished: string };

/** @throws with the whole output where a program fails */
export async function happen(stage: Stage, happening: Happening): Promise<void> {
  if ('stop' in happening) return stage.stop(happening.stop);
  if ('start' in happening) return stage.start(happening.start);
  if ('sync' in happening) return sync(stage, happening);
  if ('want' in happening) return want(stage, happening);
  if ('emerge' in happening) return must(stage.run(happening.on, 'emerge', happening.emerge));
  if ('update' in happening) return must(updateWorld(stage, happening.update));
  if ('configure' in happening) return stage.configure(happening.configure, happening.files);
  if ('coordinator' in happening) return must(stage.run('binhost', 'binhost-coordinator', happening.coordinator));
  if ('deed' in happening) return must(deed(stage, happening));
  if ('agent' in happening) return must(stage.run(happening.on, 'binhost-agent', happening.agent));
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

async function deed(stage: Stage, { deed: name, cpv }: Extract<Happening, { deed: string }>): Promise<ProgramRun> {
  const newest = newestBuild(await stage.builds(), cpv);
  if (!newest) throw new Error(`expected a build of ${cpv} to ${name}, found none`);
  return stage.run('binhost', 'binhost-coordinator', [name, String(newest.id)]);
}

export function newestBuild(builds: BuildView[], cpv: string): BuildView | undefined {
  return builds.filter((build) => build.cpv === cpv).sort((a, b) => b.id - a.id)[0];
}

async function removePublished(stage: Stage, cpv: string): Promise<void> {
  const [category = '', pf = ''] = cpv.split('/');
  const { stdout } = await execa('find', [
    join(stage.published, category),
    '-name',
    `${pf}-*.gpkg.tar`,
    '-print',
    '-delete',
  ]);
  if (stdout === '') throw new Error(`expected published files of ${cpv} to remove, found none`);
}

async function must(running: Promise<ProgramRun>): Promise<void> {
  const { command, output, exitCode } = await running;
  if (exitCode !== 0) throw new Error(`${command} exited with ${exitCode}:\n${output}`);
}
