/**
 * `npm run demo`: a binhost and three nodes on the simulated Portage, with the real coordinator, builder, publisher and agents.
 * Prints the loop as it happens, from the first report to ready. Runs until Ctrl-C; with --once until the first full loop is
 * over: exit status 0 if every wish is ready and the package that never compiles is explained, 1 otherwise.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { EXPECTED_WISHES, FAILING_PACKAGE, INSTALLING_NODE } from './demo-fleet.ts';
import { installWorld } from './install-world.ts';
import { isLoopOver, judgeLoop, type Verdict } from './judge-loop.ts';
import { makeTeller } from './print-story.ts';
import { EMPTY_SNAPSHOT, readSnapshot, type Snapshot } from './snapshot.ts';
import { type Fleet, startFleet } from './start-fleet.ts';
import { storyLines } from './story.ts';
import { summaryText } from './summary.ts';

const LOOP_LIMIT_MS = 150_000;
const LOOK_EVERY_MS = 250;

const once = process.argv.includes('--once');
const unknown = process.argv.slice(2).find((word) => word !== '--once' && word !== '--');
if (unknown !== undefined) {
  console.error(`demo: expected --once or nothing, got '${unknown}'`);
  process.exit(2);
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
const undos: (() => Promise<void>)[] = [];
const teller = makeTeller(process.stdout, process.env, performance.now());
process.exitCode = await runDemo();

async function runDemo(): Promise<number> {
  try {
    const fleet = await startFleet({
      onStep: (what) => teller.say({ who: 'set-up', what, tone: 'plain' }),
      onUndo: (undo) => undos.unshift(undo),
      signal: stop.signal,
    });
    teller.show(whereToLook(fleet));
    return await followLoop(fleet);
  } catch (error) {
    if (stop.signal.aborted) return 130;
    console.error(`demo: ${textOf(error)}`);
    return 1;
  } finally {
    teller.say({ who: 'demo', what: 'stopping everything that was started', tone: 'plain' });
    for (const undo of undos) await undo().catch((error: unknown) => console.error(`demo: ${textOf(error)}`));
  }
}

// A declaration: runDemo is called above, before a constant would have its value.
function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Tells the story until the loop is over (--once), or until Ctrl-C. @returns the exit status */
async function followLoop(fleet: Fleet): Promise<number> {
  const deadline = performance.now() + LOOP_LIMIT_MS;
  let last: Snapshot = EMPTY_SNAPSHOT;
  let rightAtMs = performance.now();
  let code: number | undefined;
  while (!stop.signal.aborted) {
    await failIfEnded(fleet);
    const snapshot = (await readSnapshot(fleet)) ?? last;
    for (const line of storyLines(last, snapshot)) teller.say(line);
    last = snapshot;
    const verdict = judgeLoop(last, { nodes: EXPECTED_WISHES, failing: FAILING_PACKAGE });
    if (verdict.wrong.length === 0) rightAtMs = performance.now();
    const isOver = isLoopOver(verdict, performance.now() - rightAtMs) || performance.now() > deadline;
    if (code === undefined && isOver) {
      code = conclude(last, verdict) || (await installOnOneNode(fleet));
      if (once) return code;
      teller.show('The demo keeps running; Ctrl-C ends it and removes everything.\n');
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal: stop.signal }).catch(() => undefined);
  }
  // Ended by a person: before the loop was over that is no success of --once, and no failure of the demo.
  return code ?? (once ? 130 : 0);
}

async function failIfEnded(fleet: Fleet): Promise<void> {
  const ended = fleet.services().find((service) => service.ended() !== undefined);
  if (!ended || stop.signal.aborted) return;
  throw new Error(`${ended.name} ended with ${ended.ended()}; its last words:\n${await ended.lastWords()}`);
}

function conclude(snapshot: Snapshot, { missing, wrong }: Verdict): number {
  teller.show(summaryText(snapshot, FAILING_PACKAGE));
  for (const what of wrong) teller.say({ who: 'demo', what: `wrong: ${what}`, tone: 'bad' });
  if (wrong.length > 0) return 1;
  for (const what of missing)
    teller.say({ who: 'demo', what: `missing after ${LOOP_LIMIT_MS / 1000} s: ${what}`, tone: 'bad' });
  if (missing.length > 0) return 1;
  teller.say({
    who: 'demo',
    what: 'the first full loop is over: every wish that can be served is ready',
    tone: 'good',
  });
  return 0;
}

/** The proof of the whole: one node updates its world, with verification on, and compiles nothing. */
async function installOnOneNode({ hosts }: Fleet): Promise<number> {
  const { binaries, compiled } = await installWorld(hosts[INSTALLING_NODE]);
  const isGood = compiled === 0 && binaries === EXPECTED_WISHES[INSTALLING_NODE];
  const what = `emerge -guDN world installed ${binaries} verified binaries and compiled ${compiled} packages`;
  teller.say({ who: INSTALLING_NODE, what, tone: isGood ? 'good' : 'bad' });
  return isGood ? 0 : 1;
}

function whereToLook({ coordinator, agents, hosts }: Fleet): string {
  const node = agents[0];
  const config = coordinator.configFile;
  return [
    'Where to look, in another terminal:',
    `  npx binhost-coordinator status --config ${config}`,
    `  npx binhost-coordinator demand --config ${config}`,
    `  npx binhost-coordinator builds --config ${config}`,
    ...(node ? [`  npx binhost-agent status --config ${node.configFile}`] : []),
    ...(node ? [`  ${hosts.desk.programs.emerge.join(' ')} -gpvuDN world`] : []),
    `  ${coordinator.poolUrl}/Packages`,
    '',
  ].join('\n');
}
