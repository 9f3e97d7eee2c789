import type { WishView } from '@binhost/shared/protocol';
import { waitFor } from '@binhost/testkit';
import type { ExpectedWish, Moment, Scenario } from './fleet.ts';
import { happen, newestBuild, updateWorld } from './happening.ts';
import type { BuildView, Stage } from './stage.ts';

/** What a scenario came to, in the form that e2e/scenarios/results.json keeps. */
export interface ScenarioResult {
  portage: string;
  /** Where the story came by, moment by moment; absent for a scenario without a story. */
  before?: Record<string, Record<string, ExpectedWish>>[];
  /** node → cpv → state, reason, flags, bindings, at the end. */
  wishes: Record<string, Record<string, ExpectedWish>>;
  /** cpv → number of builds that were made. */
  builds: Record<string, number>;
  /** cpv → number of packages in the index, where the scenario speaks of them. */
  published?: Record<string, number>;
  /** node → what `emerge -guDN world` installed from binaries, sorted. */
  installed: Record<string, string[]>;
}

/**
 * Plays the scenario's story: waits at each moment until every wish has come to where it says, then updates every node's world
 * where all of it is ready.
 *
 * @throws with the wishes as they stand and the logs' ends where the time limit of one moment passes first
 */
export async function runScenario(scenario: Scenario, stage: Stage, timeoutMs: number): Promise<ScenarioResult> {
  const moments: Moment[] = [
    { when: 'the fleet starts', happens: [], expected: scenario.expected, situations: scenario.situations ?? {} },
  ];
  moments.push(...(scenario.story ?? []));
  const played: ScenarioResult['wishes'][] = [];
  for (const moment of moments) played.push(await playMoment(scenario, stage, moment, timeoutMs));
  const last = moments.at(-1)?.expected ?? {};
  const installed: Record<string, string[]> = {};
  for (const [node, expected] of Object.entries(last)) {
    if (Object.values(expected).some((wish) => wish.state !== 'ready')) continue;
    installed[node] = await updateFromBinaries(stage, node, Object.keys(expected));
  }
  return {
    portage: stage.portage,
    ...(played.length > 1 ? { before: played.slice(0, -1) } : {}),
    wishes: played.at(-1) ?? {},
    builds: countBuilds(await stage.builds()),
    ...(scenario.published ? { published: countPublished(await stage.index()) } : {}),
    installed,
  };
}

async function playMoment(scenario: Scenario, stage: Stage, moment: Moment, timeoutMs: number) {
  const where = `${scenario.name}, ${moment.when}`;
  for (const happening of moment.happens) {
    try {
      await happen(stage, happening);
    } catch (cause) {
      throw new Error(`${where}: ${JSON.stringify(happening)} failed\n${await stage.logs()}`, { cause });
    }
  }
  const before = await stage.binhostState();
  const views: Record<string, WishView[]> = {};
  for (const [node, expected] of Object.entries(moment.expected)) {
    views[node] = await settled({ where, stage, node, expected, timeoutMs });
  }
  for (const [node, codes] of Object.entries(moment.situations ?? {})) {
    await waitFor(async () => JSON.stringify(await stage.situationsOf(node)) === JSON.stringify(codes), {
      timeoutMs,
      everyMs: 500,
      what: `${where}: ${node} to name ${codes.join(', ') || 'nothing'} as in the way`,
    });
  }
  await buildsSettled(where, stage, moment.newestBuilds ?? {}, timeoutMs);
  await checkAttempts(where, stage, moment.attempts ?? {});
  const after = await stage.binhostState();
  for (const [name, digest] of Object.entries(before)) {
    if (after[name] !== digest) throw new Error(`${where}: the binhost's ${name} changed while packages were built`);
  }
  return mapValues(views, (view, node) => shownWishes(view, moment.expected[node] ?? {}));
}

interface Waiting {
  where: string;
  stage: Stage;
  node: string;
  expected: Record<string, ExpectedWish>;
  timeoutMs: number;
}

async function settled({ where, stage, node, expected, timeoutMs }: Waiting): Promise<WishView[]> {
  let last: WishView[] | undefined;
  try {
    await waitFor(
      async () => {
        last = await stage.wishesOf(node);
        return last !== undefined && isAsExpected(last, expected);
      },
      { timeoutMs, everyMs: 500, what: `the wishes of ${node} to come to their end` },
    );
  } catch (cause) {
    const shown = JSON.stringify(last ?? 'no answer', null, 1);
    throw new Error(`${where}: ${node} did not come to its end: ${shown}\n${await stage.logs()}`, { cause });
  }
  return last as WishView[];
}

async function buildsSettled(where: string, stage: Stage, wanted: Record<string, string>, timeoutMs: number) {
  for (const [cpv, state] of Object.entries(wanted)) {
    await waitFor(async () => newestBuild(await stage.builds(), cpv)?.state === state, {
      timeoutMs,
      everyMs: 500,
      what: `${where}: the newest build of ${cpv} to be ${state}`,
    });
  }
}

async function checkAttempts(where: string, stage: Stage, wanted: Record<string, number>): Promise<void> {
  const builds = await stage.builds();
  for (const [cpv, attempts] of Object.entries(wanted)) {
    const found = newestBuild(builds, cpv)?.attempts;
    if (found !== attempts)
      throw new Error(`${where}: expected ${attempts} attempts at ${cpv}, got ${found ?? 'no build'}`);
  }
}

function isAsExpected(wishes: WishView[], expected: Record<string, ExpectedWish>): boolean {
  if (wishes.length !== Object.keys(expected).length) return false;
  const shown = shownWishes(wishes, expected);
  return Object.entries(expected).every(([cpv, wish]) => JSON.stringify(shown[cpv]) === JSON.stringify(ordered(wish)));
}

/** Of each wish only what the scenario speaks of. */
function shownWishes(wishes: WishView[], expected: Record<string, ExpectedWish>): Record<string, ExpectedWish> {
  const pairs = wishes.map((wish): [string, ExpectedWish] => {
    const asked = expected[wish.cpv];
    return [
      wish.cpv,
      ordered({
        state: wish.state as ExpectedWish['state'],
        ...(asked?.reasonCode !== undefined || wish.state !== 'ready' ? { reasonCode: wish.reasonCode ?? '' } : {}),
        ...(asked?.build !== undefined ? { build: wish.buildState ?? '' } : {}),
        ...(asked?.saying !== undefined && wish.reason?.includes(asked.saying) ? { saying: asked.saying } : {}),
        ...(asked?.use !== undefined ? { use: wish.useEnabled } : {}),
        ...(asked?.bindings !== undefined ? { bindings: wish.bindings } : {}),
      }),
    ];
  });
  return Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function ordered(wish: ExpectedWish): ExpectedWish {
  const { state, reasonCode, build, saying, use, bindings } = wish;
  return {
    state,
    ...(reasonCode !== undefined || state !== 'ready' ? { reasonCode: reasonCode ?? '' } : {}),
    ...(build !== undefined ? { build } : {}),
    ...(saying !== undefined ? { saying } : {}),
    ...(use !== undefined ? { use: [...use].sort() } : {}),
    ...(bindings !== undefined ? { bindings: [...bindings].sort() } : {}),
  };
}

async function updateFromBinaries(stage: Stage, node: string, wanted: string[]): Promise<string[]> {
  const { output, exitCode } = await updateWorld(stage, node);
  if (exitCode !== 0) throw new Error(`${node}: emerge -guDN world exited with ${exitCode}:\n${output}`);
  const installed = await stage.installed(node);
  const compiled = wanted.filter((cpv) => installed[cpv] === false);
  const missing = wanted.filter((cpv) => installed[cpv] === undefined);
  if (compiled.length + missing.length > 0) {
    throw new Error(
      `${node}: compiled ${compiled.join(', ') || 'nothing'}, lacks ${missing.join(', ') || 'nothing'}:\n${output}`,
    );
  }
  return [...wanted].sort();
}

function countBuilds(builds: BuildView[]): Record<string, number> {
  return countEach(builds.filter((build) => build.state !== 'superseded').map((build) => build.cpv));
}

function countPublished(index: string): Record<string, number> {
  return countEach([...index.matchAll(/^CPV: (.+)$/gm)].map(([, cpv = '']) => cpv));
}

function countEach(names: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function mapValues<A, B>(record: Record<string, A>, map: (value: A, key: string) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
