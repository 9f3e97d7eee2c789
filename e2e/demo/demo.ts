/**
 * `npm run demo`: a binhost and three nodes on the simulated Portage, with the real coordinator, builder, publisher and agents.
 * Prints the loop as it happens, from the first report to ready. Runs until Ctrl-C; with --once until the first full loop is
 * over: exit status 0 if every wish is ready and the package that never compiles is explained, 1 otherwise.
 */
import { relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { agentProgram } from '../support/start-agent.ts';
import { coordinatorProgram } from '../support/start-coordinator.ts';
import { EXPECTED_WISHES, FAILING_PACKAGE } from './demo-fleet.ts';
import { judgeLoop, type Verdict } from './judge-loop.ts';
import { makeTeller, type Teller } from './print-story.ts';
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
    console.error(`demo: ${error instanceof Error ? error.message : error}`);
    return 1;
  } finally {
    teller.say({ who: 'demo', what: 'stopping everything that was started', tone: 'plain' });
    for (const undo of undos) await undo().catch((error: unknown) => console.error(`demo: ${error}`));
  }
}

/** Tells the story until the loop is over (--once), or until Ctrl-C. @returns the exit status */
async function followLoop(fleet: Fleet): Promise<number> {
  const deadline = performance.now() + LOOP_LIMIT_MS;
  let last: Snapshot = EMPTY_SNAPSHOT;
  let isJudged = false;
  while (!stop.signal.aborted) {
    failIfEnded(fleet);
    const snapshot = await readSnapshot(fleet);
    if (snapshot) {
      for (const line of storyLines(last, snapshot)) teller.say(line);
      last = snapshot;
    }
    const verdict = judgeLoop(last, { nodes: EXPECTED_WISHES, failing: FAILING_PACKAGE });
    const isLate = performance.now() > deadline;
    if (!isJudged && (verdict.missing.length === 0 || verdict.wrong.length > 0 || isLate)) {
      isJudged = true;
      const code = conclude(teller, last, verdict);
      if (once) return code;
      teller.show('The demo keeps running; Ctrl-C ends it and removes everything.');
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal: stop.signal }).catch(() => undefined);
  }
  return once ? 130 : 0;
}

function failIfEnded(fleet: Fleet): void {
  const ended = fleet.services().find((service) => service.ended() !== undefined);
  if (ended && !stop.signal.aborted)
    throw new Error(`${ended.name} ended with ${ended.ended()}; its log was ${ended.logFile}`);
}

function conclude({ show, say }: Teller, snapshot: Snapshot, { missing, wrong }: Verdict): number {
  show(summaryText(snapshot));
  for (const what of wrong) say({ who: 'demo', what: `wrong: ${what}`, tone: 'bad' });
  if (wrong.length > 0) return 1;
  for (const what of missing)
    say({ who: 'demo', what: `missing after ${LOOP_LIMIT_MS / 1000} s: ${what}`, tone: 'bad' });
  if (missing.length > 0) return 1;
  say({ who: 'demo', what: 'the first full loop is over: every node installs these as signed binaries', tone: 'good' });
  return 0;
}

function whereToLook({ coordinator, agents, hosts }: Fleet): string {
  const program = (path: string): string => `node ${relative(process.cwd(), path)}`;
  const node = agents[0];
  const config = coordinator.configFile;
  return [
    'Where to look, in another terminal:',
    `  ${program(coordinatorProgram)} status --config ${config}`,
    `  ${program(coordinatorProgram)} demand --config ${config}`,
    `  ${program(coordinatorProgram)} builds --config ${config}`,
    ...(node ? [`  ${program(agentProgram)} status --config ${node.configFile}`] : []),
    ...(node ? [`  ${hosts.desk.programs.emerge.join(' ')} -gpvuDN world`] : []),
    `  ${coordinator.poolUrl}/Packages`,
    '',
  ].join('\n');
}
