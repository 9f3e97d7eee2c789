import type { AgentStatusView } from '../support/views.ts';
import type { Snapshot } from './snapshot.ts';
import { packageText } from './story.ts';

/** Whether the first full loop is over, and whether it ended as it should. */
export interface Verdict {
  /** What is still on its way; empty: the loop is over. */
  missing: string[];
  /** What ended otherwise than it should; empty: nothing. */
  wrong: string[];
}

export interface Expectations {
  /** Node → how many packages it wants at the start. */
  nodes: Record<string, number>;
  /** The package that fails on purpose. */
  failing: string;
}

/** Pure: judges by the nodes' own status alone. */
export function judgeLoop(snapshot: Snapshot, { nodes, failing }: Expectations): Verdict {
  const verdict: Verdict = { missing: [], wrong: [] };
  for (const [name, wanted] of Object.entries(nodes)) {
    judgeNode({ name, wanted, failing, status: snapshot.agents[name] }, verdict);
  }
  return verdict;
}

/** What went wrong may heal by itself, a fetch that failed for one; after this long it counts. */
const HEALING_MS = 5000;

/** @param wrongForMs since when anything is wrong */
export function isLoopOver({ missing, wrong }: Verdict, wrongForMs: number): boolean {
  return missing.length === 0 && (wrong.length === 0 || wrongForMs >= HEALING_MS);
}

interface NodeCase {
  name: string;
  wanted: number;
  failing: string;
  status: AgentStatusView | undefined;
}

function judgeNode({ name, wanted, failing, status }: NodeCase, { missing, wrong }: Verdict): void {
  const list = status?.wishes?.list;
  if (!list) {
    missing.push(`${name}: the coordinator has not shown it its wishes`);
    return;
  }
  if (list.length < wanted) missing.push(`${name}: ${list.length} of ${wanted} wishes are known`);
  if (list.length > wanted) wrong.push(`${name}: expected ${wanted} wishes, got ${list.length}`);
  for (const wish of list) {
    const what = `${name}: ${packageText(wish)}`;
    if (wish.cpv === failing) judgeFailing(what, wish, { missing, wrong });
    else if (wish.state === 'waiting' && wish.buildState === 'failed') wrong.push(`${what} failed: ${wish.reason}`);
    else if (wish.state === 'waiting' || wish.state === 'published') missing.push(`${what} is ${wish.state}`);
    else if (wish.state !== 'ready') wrong.push(`${what} is ${wish.state}: ${wish.reason ?? 'no reason given'}`);
  }
}

/** It must have failed, and the node must be told why. */
function judgeFailing(
  what: string,
  wish: { state: string; buildState: string | null; reason: string | null },
  { missing, wrong }: Verdict,
) {
  if (wish.state !== 'waiting') wrong.push(`${what} is ${wish.state}, although it never compiles`);
  else if (wish.buildState !== 'failed') missing.push(`${what} has not failed yet`);
  else if (!wish.reason) missing.push(`${what} failed, but the node is not told why`);
}
